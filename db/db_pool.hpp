#pragma once

#include "actors/lane_context.hpp"
#include "db/db_worker.hpp"
#include "domain/backoff.hpp"
#include "domain/places.hpp"

#include <caf/response_promise.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <variant>

namespace maque::db {

/// Tells a pool who writes, for an engine that has one writer; sent again when it was restarted.
struct use_writer {
  writer_actor writer;
};

/// To itself, at the end of the loop's turn.
struct dispatch_gathered {};

/// Once a tick of the lane: time for what only time brings.
struct sweep_workers {};

} // namespace maque::db

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::use_writer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::dispatch_gathered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::sweep_workers)

namespace maque::db {

using db_pool_actor =
    database_actor::extend<caf::reacts_to<use_writer>, caf::reacts_to<dispatch_gathered>,
                           caf::reacts_to<sweep_workers>>;

struct pool_policy {
  /// Workers that a lane starts with and keeps, whether or not there is room for them. Few and
  /// large batches are quicker than many small ones: more are started only when requests wait.
  std::uint32_t base_workers = 2;
  /// Workers that a lane may have, and how many of those stay for a while when they are idle.
  std::uint32_t max_workers = 15;
  std::uint32_t pool_workers = 5;
  /// How long requests have to have waited for a worker before one more is started.
  std::chrono::milliseconds grow_after{20};
  /// How long a request may wait for a worker, if its own deadline is later.
  std::chrono::milliseconds queue_timeout{30'000};
  /// After which a worker that has nothing to do is ended: one beyond the base, one beyond the
  /// pool.
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds overflow_timeout{1'000};
  /// How long a connection is used, or not, before it is tried whether it is still good.
  std::chrono::milliseconds health_interval{5'000};
  /// A batch that a worker takes longer for has a line in the log.
  std::chrono::milliseconds slow_query{200};
  /// The pauses between attempts to get a lost connection back: see backoff.
  std::chrono::milliseconds retry_first{50};
  std::chrono::milliseconds retry_last{5'000};
};

/// The lane's way to the database. Gathers what arrives in one turn of the lane's loop, and while
/// all workers are busy; then sends it on as one batch. With an idle worker nothing waits longer
/// than the turn. The order of a lane's writes is kept: there is one batch of them under way at a
/// time. While no worker has a connection, or the server is silent, requests fail at once.
class db_pool_state {
public:
  static constexpr const char* name = "db_pool";

  /// Makes the worker of a place, 0 <= place < max_workers; called again when that one has died.
  using worker_starter = std::function<worker_actor(std::uint32_t place)>;

  /// @param room for workers beyond the base, shared by all lanes; has to outlive the pool.
  /// @param writer who writes, if it is not the workers.
  db_pool_state(actor_of<db_pool_actor> self, lane_context& context, pool_policy policy,
                places& room, worker_starter start_worker, writer_actor writer = {});
  ~db_pool_state();
  db_pool_state(const db_pool_state&) = delete;
  db_pool_state& operator=(const db_pool_state&) = delete;

  db_pool_actor::behavior_type make_behavior();

private:
  /// Who waits for one answer, since when and on whose behalf.
  struct waiter {
    caf::response_promise promise;
    steady_time since;
    trace_id trace;
    trail_ptr trail;          ///< Null: nobody wants to know what it takes.
    std::uint64_t parent = 0; ///< The span in which it was asked, if spans are recorded.
  };
  using waiters = std::vector<waiter>;

  template <class Request>
  struct pending {
    Request request;
    steady_time deadline;   ///< After which the answer is of no use.
    steady_time wait_until; ///< For a worker.
    waiter asker;
  };

  /// One batch from when it goes out until its answers are there.
  struct passage {
    steady_time sent;
    steady_time done;
  };

  /// What waits for a worker and is not yet sent.
  template <class Request>
  using queue = std::deque<pending<Request>>;

  enum class condition : std::uint8_t {
    idle,
    busy,
    lost,   ///< Has no connection, or has died; is asked, or started, again at `next`.
    probed, ///< The same, and is being asked.
  };

  struct slot {
    worker_actor worker; ///< Empty: not started.
    condition state = condition::idle;
    steady_time since;   ///< When its last batch ended, or it was started.
    steady_time checked; ///< When it was last asked whether it can use the database.
    bool check_due = false;
    steady_time next;
    std::uint32_t failures = 0;
  };

  template <class Reply, class Request>
  caf::result<Reply> gather(const request_context& context, Request request);
  template <class Request>
  auto& queue_for();
  void schedule_dispatch();
  void dispatch();
  bool send_writes(steady_time now);
  bool send_reads(steady_time now);
  template <class Outcome, class Request>
  std::shared_ptr<batch<Request, Outcome>> take_batch(queue<Request>& from, std::size_t batch_max,
                                                      steady_time now, waiters& waiting);
  /// Sends a batch to whoever it is for; `on_end(done)` comes before the answers are handed out.
  template <class Worker, class Batch, class End>
  void run(const Worker& worker, Batch work, waiters waiting, End on_end);
  template <class Batch>
  void settle(const Batch& work, waiters& waiting);
  /// What the batch took goes to the trails of those who wait and, if it was much, into the log.
  template <class Batch>
  void report(const Batch& work, const waiters& waiting, passage took);
  template <class Batch>
  void log_slow(const Batch& work, const waiters& waiting, passage took);
  template <class Batch>
  static void record_span(const Batch& work, std::size_t index, const waiter& who, passage took);
  void failed(const error& why);
  void note_waiting() noexcept;
  void note_workers() noexcept;
  void drop_overdue(steady_time now);
  template <class Request>
  void drop_overdue(queue<Request>& from, steady_time now);
  template <class Request>
  void refuse_overdue(pending<Request>& late);
  void settle_failed(waiters& waiting, const caf::error& cause);

  slot* find_idle() noexcept;
  /// True if the server is silent, or no worker can be used and none is being tried for the first
  /// time.
  bool is_down() const noexcept;
  static error down_error();
  void fail_all();
  void release(std::uint32_t place, const batch_done& done);
  void probe(std::uint32_t place);
  void end_probe(std::uint32_t place, const batch_done& done);
  /// This worker's connection is gone; that may be so for others.
  void lose(std::uint32_t place, link_state how);
  /// Tries a worker of the base again later; ends another one.
  void give_up(std::uint32_t place);
  void end(std::uint32_t place);
  void start(std::uint32_t place);
  void grow(steady_time now);
  void sweep();
  void replace(const caf::actor_addr& gone);
  bool is_superfluous(std::uint32_t place, steady_time::duration idle) const noexcept;

  actor_of<db_pool_actor> self_;
  lane_context& context_;
  pool_policy policy_;
  places& room_;
  worker_starter start_worker_;
  writer_actor writer_;
  std::vector<slot> slots_; ///< By place.
  queue<read_request> reads_;
  queue<write_request> writes_;
  /// Who waits for the batches that are with a worker.
  std::list<waiters> under_way_;
  bool writing_ = false;
  /// The server didn't answer one worker in time, and has answered none since.
  bool silent_ = false;
  bool writes_next_ = true;
  bool dispatch_scheduled_ = false;
  steady_time grow_again_at_;
  backoff pauses_;
};

} // namespace maque::db

#pragma once

#include "actors/lane_context.hpp"
#include "db/db_worker.hpp"

#include <caf/response_promise.hpp>

#include <deque>
#include <variant>

namespace maque::db {

/// Tells a pool which workers to use; sent again when one was restarted.
struct use_workers {
  reader_actor reader;
  writer_actor writer;
};

/// To itself, at the end of the loop's turn.
struct dispatch_gathered {};

} // namespace maque::db

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::use_workers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::dispatch_gathered)

namespace maque::db {

using db_pool_actor =
    database_actor::extend<caf::reacts_to<use_workers>, caf::reacts_to<dispatch_gathered>>;

/// The lane's way to the database. Gathers what arrives in one turn of the lane's loop, and while a
/// worker is busy; then sends it on as one batch. With an idle worker nothing waits longer than the
/// turn. The order of a lane's writes is kept: there is one batch of them under way at a time.
class db_pool_state {
public:
  static constexpr const char* name = "db_pool";

  db_pool_state(actor_of<db_pool_actor> self, lane_context& context, use_workers workers)
      : self_{self}, context_{context}, workers_{std::move(workers)} {}

  db_pool_actor::behavior_type make_behavior();

private:
  template <class Request>
  struct pending {
    Request request;
    steady_time deadline;
    caf::response_promise waiting;
  };

  /// What waits for a worker and is not yet sent, and whether one is busy with a batch of ours.
  template <class Request>
  struct channel {
    std::deque<pending<Request>> gathered;
    bool busy = false;
  };

  template <class Reply, class Request>
  caf::result<Reply> gather(const request_context& context, Request request);
  template <class Request>
  auto& channel_for();
  void schedule_dispatch();
  void dispatch();
  template <class Outcome, class Request, class Worker>
  void dispatch(channel<Request>& from, const Worker& worker, std::size_t batch_max);
  template <class Batch, class Request>
  void settle(channel<Request>& from, const Batch& work,
              std::vector<caf::response_promise>& waiting);
  void settle_failed(std::vector<caf::response_promise>& waiting, const caf::error& cause);

  actor_of<db_pool_actor> self_;
  lane_context& context_;
  use_workers workers_;
  channel<read_request> reads_;
  channel<write_request> writes_;
  bool dispatch_scheduled_ = false;
};

} // namespace maque::db

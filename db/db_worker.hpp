#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "db/store.hpp"

#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <variant>
#include <vector>

namespace maque::db {

using read_request =
    std::variant<find_user, find_session, user_page_query, list_ended_sessions, load_config>;

/// The outcome of the alternative of read_request with the same index.
using read_outcome = std::variant<std::optional<user>, std::optional<session>, std::vector<user>,
                                  ended_sessions, std::optional<config_snapshot>>;

/// Requests that travel together. Whoever holds the batch may touch it: first the pool, then the
/// worker, then, when it has replied, the pool again.
template <class Request, class Outcome>
struct batch {
  std::vector<Request> requests;
  std::vector<result<Outcome>> outcomes; ///< Filled by the worker; as many as requests.
};

using read_batch = std::shared_ptr<batch<read_request, read_outcome>>;
using write_batch = std::shared_ptr<batch<write_request, write_outcome>>;

struct batch_done {};

/// Asks itself, so that the writer commits when it has taken up all that had arrived.
struct commit_gathered {};

} // namespace maque::db

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::read_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::write_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::batch_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::commit_gathered)

namespace maque::db {

/// Owns a connection that reads, on a thread of its own.
using reader_actor = caf::typed_actor<
    // Fills in an outcome for each request; never fails as a whole.
    caf::replies_to<read_batch>::with<batch_done>>;

/// Owns the one connection that writes.
using writer_actor = caf::typed_actor<
    // When it replies, what succeeded is on disk. Batches that wait at the same time are committed
    // together. Never fails as a whole.
    caf::replies_to<write_batch>::with<batch_done>, caf::reacts_to<commit_gathered>>;

/// Opens a connection; called again, with growing pauses between calls, while it fails.
using store_opener = std::function<result<std::unique_ptr<store>>()>;

class reader_state {
public:
  static constexpr const char* name = "db_reader";

  reader_state(actor_of<reader_actor>, store_opener open) : open_{std::move(open)} {}

  reader_actor::behavior_type make_behavior();

private:
  store_opener open_;
  std::unique_ptr<store> store_;
};

class writer_state {
public:
  static constexpr const char* name = "db_writer";

  writer_state(actor_of<writer_actor> self, store_opener open)
      : self_{self}, open_{std::move(open)} {}

  writer_actor::behavior_type make_behavior();

private:
  struct gathered {
    write_batch work;
    caf::typed_response_promise<batch_done> waiting;
  };

  void commit();

  actor_of<writer_actor> self_;
  store_opener open_;
  std::unique_ptr<store> store_;
  std::vector<gathered> gathered_;
};

/// Answers every request of a batch; find_user and find_session each with one query for all.
std::vector<result<read_outcome>> run_reads(store& source,
                                            const std::vector<read_request>& requests);

} // namespace maque::db

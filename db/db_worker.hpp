#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "db/connection_keeper.hpp"
#include "db/store.hpp"

#include <caf/typed_actor.hpp>

#include <memory>
#include <variant>
#include <vector>

namespace maque::db {

using read_request =
    std::variant<find_user, find_session, user_page_query, list_ended_sessions, load_config,
                 list_sessions, find_session_key, find_bound_phone, find_api_key, list_config_items,
                 find_config_item, list_config_history, audit_page_query, session_page_query,
                 account_search>;

/// The outcome of the alternative of read_request with the same index.
using read_outcome =
    std::variant<std::optional<user>, std::optional<session>, profile_page, ended_sessions,
                 std::optional<config_snapshot>, std::vector<session>,
                 std::optional<stored_session_key>, std::optional<bound_phone>,
                 std::optional<api_key>, std::vector<config_item>, std::optional<config_item>,
                 config_history, std::vector<audit_entry>, std::vector<account>>;

/// Requests that travel together. Whoever holds the batch may touch it: first the pool, then the
/// worker, then, when it has replied, the pool again.
template <class Request, class Outcome>
struct batch {
  std::vector<Request> requests;
  /// Until when an answer is of use to at least one of those who wait.
  steady_time deadline = steady_time::max();
  std::vector<result<Outcome>> outcomes; ///< Filled by the worker; as many as requests.
};

using read_batch = std::shared_ptr<batch<read_request, read_outcome>>;
using write_batch = std::shared_ptr<batch<write_request, write_outcome>>;

/// The worker is free again.
struct batch_done {
  /// False if the database could not be used; if the link is open all the same, the worker should
  /// be asked whether it can be before it gets another batch.
  bool usable = true;
  link_state link = link_state::open;
};

/// Whether the database can be used; opens the connection if there is none.
struct check_connection {};

/// Asks itself, so that the writer commits when it has taken up all that had arrived.
struct commit_gathered {};

} // namespace maque::db

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::read_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::write_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::batch_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::check_connection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::db::commit_gathered)

namespace maque::db {

/// Owns one connection, on a thread of its own.
using worker_actor = caf::typed_actor<
    // Fills in an outcome for each request; never fails as a whole.
    caf::replies_to<read_batch>::with<batch_done>,
    // When it replies, what succeeded is on disk. Never fails as a whole.
    caf::replies_to<write_batch>::with<batch_done>,
    caf::replies_to<check_connection>::with<batch_done>>;

/// Owns the one connection that writes, where an engine has only one.
using writer_actor = caf::typed_actor<
    // When it replies, what succeeded is on disk. Batches that wait at the same time, from all
    // lanes, are committed together. Never fails as a whole.
    caf::replies_to<write_batch>::with<batch_done>, caf::reacts_to<commit_gathered>>;

class worker_state {
public:
  static constexpr const char* name = "db_worker";

  worker_state(actor_of<worker_actor>, connection_keeper connection)
      : connection_{std::move(connection)} {}

  worker_actor::behavior_type make_behavior();

private:
  connection_keeper connection_;
};

class writer_state {
public:
  static constexpr const char* name = "db_writer";

  writer_state(actor_of<writer_actor> self, connection_keeper connection)
      : self_{self}, connection_{std::move(connection)} {}

  writer_actor::behavior_type make_behavior();

private:
  struct gathered {
    write_batch work;
    caf::typed_response_promise<batch_done> waiting;
  };

  void commit();

  actor_of<writer_actor> self_;
  connection_keeper connection_;
  std::vector<gathered> gathered_;
};

/// Answers every request of a batch; those that look up one thing by its key each with
/// one query for all.
std::vector<result<read_outcome>> run_reads(store& source,
                                            const std::vector<read_request>& requests);

} // namespace maque::db

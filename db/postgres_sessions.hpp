#pragma once

#include "db/postgres_connection.hpp"
#include "domain/storage.hpp"

#include <map>
#include <set>
#include <span>

namespace maque::db {

/// What several kinds of requests do to the table `sessions`, inside a transaction that somebody
/// else begins and ends. Throws what libpqxx throws.

void insert_session(postgres_connection& to, const session& opened);
/// Whether it is a session of the user that has not ended; it doesn't until this transaction has.
bool is_open_session(postgres_connection& to, user_id user, session_id which);
/// Ends the user's sessions but `keep`.
ended_sessions end_all_sessions(postgres_connection& to, user_id user,
                                std::optional<session_id> keep, utc_time at);
/// Empties what the user's sessions, all of which have ended, say of him.
void forget_sessions(postgres_connection& to, user_id user);

struct opened_session {
  user_id user;
  session_id session;
  std::uint32_t most = 0; ///< Sessions that the user may have.
  utc_time at;
};

struct surplus {
  std::map<user_id, ended_sessions> ended; ///< Ascending.
  /// Who was disabled or deleted before their session was there. Whoever does that later waits for
  /// this transaction, and ends it.
  std::set<user_id> gone;
};

/// Of each user, ends the sessions that were seen longest ago, but none of `opened`, until there
/// are `most`. Two transactions at once may leave one more each.
surplus end_surplus_sessions(postgres_connection& to, std::vector<opened_session> opened);

/// Takes back those that were opened for nobody.
void remove_sessions(postgres_connection& to, std::span<const session_id> opened);

} // namespace maque::db

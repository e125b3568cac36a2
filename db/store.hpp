#pragma once

#include "db/archive.hpp"
#include "domain/errors.hpp"
#include "domain/storage.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace maque::db {

/// What is known of a connection without asking the server.
enum class link_state : std::uint8_t {
  open,
  closed, ///< It was lost, and there is no other.
  silent, ///< The same, because the server didn't answer: it may not answer others, either.
};

/// One connection to the database, for the use of one thread; every call blocks. Errors that all
/// calls share: database_unavailable (it can't be reached, is locked or full), internal (a bug).
class store {
public:
  virtual ~store() = default;

  /// Until when the answers to the calls that follow are of use to anybody; without it, for ever.
  /// An engine that may have to do a thing more than once begins nothing again after that: what is
  /// left over fails with deadline_exceeded, or with what went wrong before.
  virtual void answer_by(steady_time /*deadline*/) {}

  /// Fails with database_unavailable if this connection can't be used for what it was opened for.
  virtual result<void> check() {
    return config_version().map([](std::uint64_t) {});
  }

  virtual link_state link() const noexcept { return link_state::open; }

  /// Reads ------------------------------------------------------------------------------------

  /// The users with these ids, in their order; an empty optional where there is none. Deleted ones
  /// are none.
  virtual result<std::vector<std::optional<user>>> find_users(std::span<const user_id> ids) = 0;

  /// The pages, in the order of `wanted`. Disabled users are left out.
  virtual result<std::vector<profile_page>> list_users(std::span<const user_page_query> wanted) = 0;

  /// The sessions with these ids, in their order; ended ones too.
  virtual result<std::vector<std::optional<session>>>
  find_sessions(std::span<const session_id> ids) = 0;

  /// The sessions that were ended at `since` or later.
  virtual result<ended_sessions> sessions_ended_since(utc_time since) = 0;

  /// The user's sessions that have not ended, in ascending order of id.
  virtual result<std::vector<session>> list_sessions(user_id user) = 0;

  /// An empty optional: nobody has this username.
  virtual result<std::optional<credential>> find_credential(std::string_view username) = 0;
  /// An empty optional: the user has no password.
  virtual result<std::optional<credential>> find_credential(user_id user) = 0;

  /// In the order of `wanted`; an empty optional where the user has no such identity, or none with
  /// a session key.
  virtual result<std::vector<std::optional<stored_session_key>>>
  find_session_keys(std::span<const find_session_key> wanted) = 0;

  /// In the order of `wanted`; an empty optional where the user has none.
  virtual result<std::vector<std::optional<bound_phone>>>
  find_bound_phones(std::span<const find_bound_phone> wanted) = 0;

  /// In the order of `wanted`; an empty optional where there is none with this hash.
  virtual result<std::vector<std::optional<api_key>>>
  find_api_keys(std::span<const find_api_key> wanted) = 0;

  /// All of them, revoked and expired ones, too, in ascending order of id.
  virtual result<std::vector<api_key>> list_api_keys() = 0;

  /// One page in ascending order of id.
  virtual result<std::vector<account>> list_accounts(const account_page_query& query) = 0;

  /// For operators: see domain/operator_storage.hpp.
  virtual result<std::vector<audit_entry>> list_audit(const audit_page_query& query) = 0;
  virtual result<std::vector<session>> list_open_sessions(const session_page_query& query) = 0;
  virtual result<std::vector<account>> search_accounts(const account_search& query) = 0;

  /// All of them, in the order in which they were made (of two at once, by code_hash).
  virtual result<std::vector<invitation>> list_invitations() = 0;

  /// The newest version of the published configuration.
  virtual result<std::uint64_t> config_version() = 0;
  virtual result<config_snapshot> load_config() = 0;

  /// All keys with a published value or a draft, in ascending order.
  virtual result<std::vector<config_item>> list_config_items() = 0;
  /// An empty optional: it has neither.
  virtual result<std::optional<config_item>> find_config_item(const std::string& key) = 0;
  /// The versions of a key, the newest first.
  virtual result<config_history> config_history_of(const list_config_history& query) = 0;

  /// Writes -----------------------------------------------------------------------------------

  /// Runs all of `requests` in one durable transaction (group commit), in their order. One that
  /// fails changes nothing and doesn't harm the others. When this returns, what succeeded is on
  /// disk. If the commit itself fails, every outcome is database_unavailable.
  virtual std::vector<result<write_outcome>> apply(std::span<const write_request> requests) = 0;
};

/// Makes connections to one database.
class store_factory {
public:
  virtual ~store_factory() = default;

  /// Brings the schema up to date, or fails without touching anything if the database can't be
  /// opened or its schema is newer than this program. The error's cause says what to do. Returns
  /// the schema's version.
  virtual result<int> migrate() = 0;

  /// The version that migrate() leads to.
  virtual int known_schema_version() const = 0;

  /// A connection that may write.
  virtual result<std::unique_ptr<store>> open_writer() = 0;
  /// A connection that only reads.
  virtual result<std::unique_ptr<store>> open_reader() = 0;

  /// For `maque export`: the state of now, however long it takes to read it.
  virtual result<std::unique_ptr<archive_source>> open_source() = 0;
  /// For `maque import`. Nobody else writes to the database while this lives.
  virtual result<std::unique_ptr<archive_target>> open_target() = 0;
  /// Makes `file`, which is there and empty, a copy of the database that can be opened as such,
  /// while others read and write. Fails with conflict if the engine has tools of its own for that.
  virtual result<void> back_up(const std::filesystem::path& file, progress_listener& progress) = 0;

  /// Whether the engine has one connection that writes, and any number that only read. Otherwise
  /// every connection that open_writer() makes does both.
  virtual bool has_single_writer() const = 0;

  /// For people: "SQLite in ./data/maque.db".
  virtual std::string describe() const = 0;
};

} // namespace maque::db

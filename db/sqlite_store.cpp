#include "db/sqlite_store.hpp"

#include "db/sqlite_accounts.hpp"
#include "db/sqlite_archive.hpp"
#include "db/sqlite_backup.hpp"
#include "db/sqlite_config.hpp"
#include "db/sqlite_migrator.hpp"
#include "db/sqlite_operators.hpp"
#include "db/sqlite_purge.hpp"
#include "db/sqlite_transaction.hpp"

#include <utility>
#include <variant>

namespace maque::db {
namespace {

using outcome_list = std::vector<result<write_outcome>>;

outcome_list all_failed(std::size_t count, const error& why) {
  outcome_list outcomes;
  outcomes.assign(count, tl::unexpected{why});
  return outcomes;
}

class sqlite_store final : public store {
public:
  sqlite_store(std::unique_ptr<sqlite_database> database, bool writable)
      : database_{std::move(database)}, writable_{writable} {}

  result<std::vector<std::optional<user>>> find_users(std::span<const user_id> ids) override {
    return tables_.users.find(ids);
  }

  result<std::vector<profile_page>> list_users(std::span<const user_page_query> wanted) override {
    return tables_.users.list(wanted);
  }

  result<std::vector<std::optional<session>>>
  find_sessions(std::span<const session_id> ids) override {
    return tables_.sessions.find(ids);
  }

  result<ended_sessions> sessions_ended_since(utc_time since) override {
    return tables_.sessions.ended_since(since);
  }

  result<std::vector<session>> list_sessions(user_id user) override {
    return tables_.sessions.list_open(user);
  }

  result<std::optional<credential>> find_credential(std::string_view username) override {
    return tables_.credentials.find(username);
  }
  result<std::optional<credential>> find_credential(user_id user) override {
    return tables_.credentials.find(user);
  }

  result<std::vector<std::optional<stored_session_key>>>
  find_session_keys(std::span<const find_session_key> wanted) override {
    return tables_.identities.find_session_keys(wanted);
  }

  result<std::vector<std::optional<bound_phone>>>
  find_bound_phones(std::span<const find_bound_phone> wanted) override {
    return tables_.phones.find(wanted);
  }

  result<std::vector<std::optional<api_key>>>
  find_api_keys(std::span<const find_api_key> wanted) override {
    return tables_.api_keys.find(wanted);
  }

  result<std::vector<api_key>> list_api_keys() override { return tables_.api_keys.list(); }

  result<std::vector<account>> list_accounts(const account_page_query& query) override {
    return accounts_.list(query);
  }

  result<std::vector<audit_entry>> list_audit(const audit_page_query& query) override {
    return operators_.list(query);
  }
  result<std::vector<session>> list_open_sessions(const session_page_query& query) override {
    return operators_.list(query);
  }
  result<std::vector<account>> search_accounts(const account_search& query) override {
    return operators_.find(query);
  }

  result<std::vector<invitation>> list_invitations() override { return tables_.invitations.list(); }

  result<std::uint64_t> config_version() override { return config_.newest_version(); }

  result<config_snapshot> load_config() override {
    return transactions_.run_snapshot([&]() -> result<config_snapshot> {
      const auto version = config_.newest_version();
      if (!version) return tl::unexpected{version.error()};
      return config_.entries().map([&](std::vector<config_entry> entries) {
        return config_snapshot{.version = *version, .entries = std::move(entries)};
      });
    });
  }

  result<std::vector<config_item>> list_config_items() override { return config_.items(); }
  result<std::optional<config_item>> find_config_item(const std::string& key) override {
    return config_.find(key);
  }
  result<config_history> config_history_of(const list_config_history& query) override {
    return config_.history(query);
  }

  outcome_list apply(std::span<const write_request> requests) override {
    if (!writable_) {
      return all_failed(requests.size(),
                        {errc::internal, {}, "the connection was opened for reading", {}});
    }
    auto outcomes = transactions_.run_immediate([&] { return perform_all(requests); });
    if (outcomes) return std::move(*outcomes);
    // Whatever ended the transaction, its requests may be tried again: none of them was done.
    outcomes.error().code = errc::database_unavailable;
    return all_failed(requests.size(), outcomes.error());
  }

private:
  /// Fails only if the transaction as a whole can't go on.
  result<outcome_list> perform_all(std::span<const write_request> requests) {
    outcome_list outcomes;
    outcomes.reserve(requests.size());
    for (const write_request& request : requests) {
      auto outcome = std::visit([&](const auto& wanted) { return perform(wanted); }, request);
      const bool hopeless = !outcome && (outcome.error().code == errc::database_unavailable ||
                                         !database_->in_transaction());
      if (hopeless) return tl::unexpected{std::move(outcome.error())};
      outcomes.push_back(std::move(outcome));
    }
    return transactions_.commit().map([&] { return std::move(outcomes); });
  }

  // A request of several statements needs a savepoint; a single statement that fails has changed
  // nothing (https://sqlite.org/lang_conflict.html, ABORT).

  result<write_outcome> perform(const update_profile& request) {
    return tables_.users.update(request);
  }
  result<write_outcome> perform(const rotate_refresh& request) {
    return tables_.sessions.rotate(request);
  }
  result<write_outcome> perform(const end_sessions& request) {
    return tables_.sessions.end(request);
  }
  result<write_outcome> perform(const add_invitation& request) {
    return tables_.invitations.perform(request);
  }
  result<write_outcome> perform(const remove_invitation& request) {
    return tables_.invitations.perform(request);
  }
  result<write_outcome> perform(const add_api_key& request) {
    return tables_.api_keys.perform(request);
  }
  result<write_outcome> perform(const revoke_api_key& request) {
    return tables_.api_keys.perform(request);
  }
  result<write_outcome> perform(const touch_api_key& request) {
    return tables_.api_keys.perform(request);
  }
  result<write_outcome> perform(const record_action& request) {
    return operators_.perform(request);
  }
  result<write_outcome> perform(const purge& request) {
    return transactions_.run_all_or_nothing(
        [&]() -> result<write_outcome> { return purge_.perform(request); });
  }
  template <class Kind>
  result<write_outcome> perform(const Kind& request) {
    return transactions_.run_all_or_nothing([&]() -> result<write_outcome> {
      if constexpr (requires { config_editor_.perform(request); })
        return config_editor_.perform(request);
      else
        return accounts_.perform(request);
    });
  }

  std::unique_ptr<sqlite_database> database_;
  bool writable_;
  sqlite_transactions transactions_{*database_};
  sqlite_tables tables_{*database_};
  sqlite_accounts accounts_{*database_, tables_};
  sqlite_config config_{*database_};
  config_editor config_editor_{config_};
  sqlite_purge purge_{*database_};
  sqlite_operators operators_{*database_};
};

class sqlite_store_factory final : public store_factory {
public:
  sqlite_store_factory(std::filesystem::path file, std::chrono::milliseconds statement_timeout)
      : file_{std::move(file)}, statement_timeout_{statement_timeout} {}

  result<int> migrate() override {
    return migrate_sqlite(file_, statement_timeout_, sqlite_migrations());
  }

  int known_schema_version() const override { return sqlite_migrations().back().version; }

  result<std::unique_ptr<store>> open_writer() override { return open(sqlite_access::write); }
  result<std::unique_ptr<store>> open_reader() override { return open(sqlite_access::read); }

  result<std::unique_ptr<archive_source>> open_source() override {
    return open_sqlite_source(file_, statement_timeout_);
  }
  result<std::unique_ptr<archive_target>> open_target() override {
    return open_sqlite_target(file_, statement_timeout_);
  }
  result<void> back_up(const std::filesystem::path& file, progress_listener& progress) override {
    return back_up_sqlite(file_, file, statement_timeout_, progress);
  }

  bool has_single_writer() const override { return true; }

  std::string describe() const override { return "SQLite in " + file_.string(); }

private:
  result<std::unique_ptr<store>> open(sqlite_access access) const {
    auto database = sqlite_database::open(file_, access,
                                          {.lock = statement_timeout_, .run = statement_timeout_});
    if (!database) return tl::unexpected{std::move(database.error())};
    if (auto current = require_schema(**database, sqlite_migrations()); !current) {
      return tl::unexpected{std::move(current.error())};
    }
    return std::make_unique<sqlite_store>(std::move(*database), access == sqlite_access::write);
  }

  std::filesystem::path file_;
  std::chrono::milliseconds statement_timeout_;
};

} // namespace

std::unique_ptr<store_factory> make_sqlite_factory(std::filesystem::path file,
                                                   std::chrono::milliseconds statement_timeout) {
  return std::make_unique<sqlite_store_factory>(std::move(file), statement_timeout);
}

} // namespace maque::db

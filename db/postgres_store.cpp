#include "db/postgres_store.hpp"

#include "db/postgres_accounts.hpp"
#include "db/postgres_api_keys.hpp"
#include "db/postgres_archive.hpp"
#include "db/postgres_batch.hpp"
#include "db/postgres_config.hpp"
#include "db/postgres_identities.hpp"
#include "db/postgres_invitations.hpp"
#include "db/postgres_migrator.hpp"
#include "db/postgres_operators.hpp"
#include "db/postgres_phones.hpp"
#include "db/postgres_reads.hpp"
#include "db/postgres_session.hpp"
#include "db/postgres_storable.hpp"

#include <random>
#include <utility>

namespace maque::db {
namespace {

class postgres_store final : public store {
public:
  explicit postgres_store(postgres_session session) : session_{std::move(session)} {}

  void answer_by(steady_time deadline) override { session_.answer_by(deadline); }

  link_state link() const noexcept override { return session_.link(); }

  /// Locks nothing, but a server that only reads refuses it (25006).
  result<void> check() override {
    if (session_.access() == postgres_access::read) return store::check();
    return read(
        [](postgres_connection& on) { on.run("SELECT 1 FROM writers WHERE FALSE FOR UPDATE"); });
  }

  result<std::vector<std::optional<user>>> find_users(std::span<const user_id> ids) override {
    return read([&](postgres_connection& from) { return db::find_users(from, ids); });
  }

  result<std::vector<profile_page>> list_users(std::span<const user_page_query> wanted) override {
    return read([&](postgres_connection& from) { return db::list_users(from, wanted); });
  }

  result<std::vector<std::optional<session>>>
  find_sessions(std::span<const session_id> ids) override {
    return read([&](postgres_connection& from) { return db::find_sessions(from, ids); });
  }

  result<ended_sessions> sessions_ended_since(utc_time since) override {
    return read([&](postgres_connection& from) { return db::sessions_ended_since(from, since); });
  }

  result<std::vector<session>> list_sessions(user_id user) override {
    return read([&](postgres_connection& from) { return db::list_sessions(from, user); });
  }

  result<std::optional<credential>> find_credential(std::string_view username) override {
    // It can't be stored, so nobody has it.
    if (username.find('\0') != std::string_view::npos) return std::optional<credential>{};
    return read([&](postgres_connection& from) { return db::find_credential(from, username); });
  }
  result<std::optional<credential>> find_credential(user_id user) override {
    return read([&](postgres_connection& from) { return db::find_credential(from, user); });
  }

  result<std::vector<std::optional<stored_session_key>>>
  find_session_keys(std::span<const find_session_key> wanted) override {
    return read([&](postgres_connection& from) { return db::find_session_keys(from, wanted); });
  }

  result<std::vector<std::optional<bound_phone>>>
  find_bound_phones(std::span<const find_bound_phone> wanted) override {
    return read([&](postgres_connection& from) { return db::find_bound_phones(from, wanted); });
  }

  result<std::vector<std::optional<api_key>>>
  find_api_keys(std::span<const find_api_key> wanted) override {
    return read([&](postgres_connection& from) { return db::find_api_keys(from, wanted); });
  }

  result<std::vector<api_key>> list_api_keys() override { return read(db::list_api_keys); }

  result<std::vector<account>> list_accounts(const account_page_query& query) override {
    return read([&](postgres_connection& from) { return db::list_accounts(from, query); });
  }

  result<std::vector<audit_entry>> list_audit(const audit_page_query& query) override {
    return read([&](postgres_connection& from) { return db::list_audit(from, query); });
  }
  result<std::vector<session>> list_open_sessions(const session_page_query& query) override {
    return read([&](postgres_connection& from) { return db::list_open_sessions(from, query); });
  }
  result<std::vector<account>> search_accounts(const account_search& query) override {
    // It can't be stored, so nobody has it.
    if (query.text.find('\0') != std::string::npos) return std::vector<account>{};
    return read([&](postgres_connection& from) { return db::search_accounts(from, query); });
  }

  result<std::vector<invitation>> list_invitations() override { return read(db::list_invitations); }

  result<std::uint64_t> config_version() override { return read(db::newest_config_version); }

  result<config_snapshot> load_config() override { return read(db::load_config); }

  result<std::vector<config_item>> list_config_items() override {
    return read(db::list_config_items);
  }
  result<std::optional<config_item>> find_config_item(const std::string& key) override {
    return read([&](postgres_connection& from) { return config_item_of(from, key); });
  }
  result<config_history> config_history_of(const list_config_history& query) override {
    return read([&](postgres_connection& from) { return db::config_history_of(from, query); });
  }

  write_outcomes apply(std::span<const write_request> requests) override {
    if (session_.access() == postgres_access::read) {
      return every_one_failed(requests.size(),
                              {errc::internal, {}, "the connection was opened for reading", {}});
    }
    return apply_storable(requests, [&](std::span<const write_request> storable) {
      return postgres_batch{session_, {writer_, ++batches_}, storable}.apply();
    });
  }

private:
  static std::int64_t random_id() {
    std::random_device random;
    return std::uniform_int_distribution<std::int64_t>{1, INT64_MAX}(random);
  }

  /// A connection may have been lost since it was used last: then it's done again with another one,
  /// if there is time for that.
  template <class Read>
  auto read(const Read& read) -> result<std::invoke_result_t<Read, postgres_connection&>> {
    if (!session_.has_time())
      return fail(errc::deadline_exceeded, {}, "no time was left for this one");
    for (bool again = true;; again = false) {
      const auto connection = session_.connected();
      if (!connection) return tl::unexpected{to_error(connection.error())};
      auto found = (*connection)->attempt([&] { return read(**connection); });
      if (found || found.error().fault != postgres_fault::lost || !again || !session_.has_time())
        return std::move(found).map_error([](const auto& failure) { return to_error(failure); });
      session_.drop();
    }
  }

  postgres_session session_;
  std::int64_t writer_ = random_id();
  std::int64_t batches_ = 0;
};

class postgres_store_factory final : public store_factory {
public:
  postgres_store_factory(const std::string& url, std::chrono::milliseconds statement_timeout)
      : target_{parse_postgres_url(url, statement_timeout)}, statement_timeout_{statement_timeout} {
  }

  result<int> migrate() override {
    return target_.and_then([&](const postgres_target& target) {
      return migrate_postgres(target, statement_timeout_, postgres_migrations());
    });
  }

  int known_schema_version() const override { return postgres_migrations().back().version; }

  result<std::unique_ptr<store>> open_writer() override { return open(postgres_access::write); }
  result<std::unique_ptr<store>> open_reader() override { return open(postgres_access::read); }

  result<std::unique_ptr<archive_source>> open_source() override {
    return target_.and_then(
        [&](const postgres_target& target) { return open_postgres_source(target, watchdog_); });
  }
  result<std::unique_ptr<archive_target>> open_target() override {
    return target_.and_then(
        [&](const postgres_target& target) { return open_postgres_target(target, watchdog_); });
  }
  result<void> back_up(const std::filesystem::path&, progress_listener&) override {
    return fail(errc::conflict, {},
                describe() + ": PostgreSQL is backed up with its own pg_dump, or continuously: see"
                             " docs/operations.md");
  }

  bool has_single_writer() const override { return false; }

  std::string describe() const override {
    return target_ ? target_->place : "PostgreSQL at an unreadable URL";
  }

private:
  result<std::unique_ptr<store>> open(postgres_access access) const {
    if (!target_) return tl::unexpected{target_.error()};
    postgres_session session{*target_, access, statement_timeout_, watchdog_};
    const auto connection = session.connected();
    if (!connection) return tl::unexpected{to_error(connection.error(), target_->place)};
    auto ready = require_schema(**connection, target_->place, postgres_migrations());
    if (ready && access == postgres_access::write)
      ready = forget_old_writers(**connection, target_->place);
    if (!ready) return tl::unexpected{std::move(ready.error())};
    return std::make_unique<postgres_store>(std::move(session));
  }

  /// A batch is in doubt for seconds; its writer's row serves nobody after that.
  static result<void> forget_old_writers(postgres_connection& connection, std::string_view place) {
    const utc_time old = system_time_source{}.now() - std::chrono::hours{24};
    const std::string sql =
        "DELETE FROM writers WHERE written_at < " + std::to_string(to_unix_micros(old));
    return connection.attempt([&] { connection.run(sql.c_str()); })
        .map_error([&](const postgres_failure& failure) { return to_error(failure, place); });
  }

  result<postgres_target> target_;
  std::chrono::milliseconds statement_timeout_;
  std::shared_ptr<postgres_watchdog> watchdog_ = std::make_shared<postgres_watchdog>();
};

} // namespace

std::unique_ptr<store_factory> make_postgres_factory(const std::string& url,
                                                     std::chrono::milliseconds statement_timeout) {
  return std::make_unique<postgres_store_factory>(url, statement_timeout);
}

} // namespace maque::db

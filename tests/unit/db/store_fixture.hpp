#pragma once

#include "db/postgres_store.hpp"
#include "db/sqlite_store.hpp"
#include "db/store.hpp"
#include "sqlite_support.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace maque::db::test {

/// A database of one engine, new for each test.
struct test_database {
  std::unique_ptr<store_factory> factory;
  /// Does what no request of the store does, in SQL that all engines understand.
  std::function<void(const std::string& sql)> run_sql;
  std::shared_ptr<void> keeper{}; ///< Removes the database when it goes.
};

struct engine {
  std::string name;
  std::function<test_database(const std::filesystem::path& folder)> make;
};

inline test_database make_sqlite(const std::filesystem::path& folder) {
  const auto file = folder / "maque.db";
  return {make_sqlite_factory(file, std::chrono::seconds{5}),
          [file](const std::string& sql) { raw_sqlite{file}.run(sql); }};
}

/// The name of a database that is migrated, for others to be copied from.
inline const std::string& postgres_template() {
  static const std::string name = [] {
    auto& server = maque::test::postgres_server::shared();
    std::string made = server.make_database();
    const auto migrated =
        make_postgres_factory(server.url(made), std::chrono::seconds{30})->migrate();
    if (!migrated) throw std::runtime_error{migrated.error().cause};
    return made;
  }();
  return name;
}

inline test_database make_postgres(const std::filesystem::path&) {
  const auto database = std::make_shared<maque::test::postgres_database>(
      maque::test::postgres_server::shared(), postgres_template());
  return {make_postgres_factory(database->url(), std::chrono::seconds{5}),
          [database](const std::string& sql) { database->query(sql); }, database};
}

inline void PrintTo(const engine& tested, std::ostream* out) {
  *out << tested.name;
}

/// One line for each engine: all of them have to pass the same tests.
inline auto engines() {
  return ::testing::Values(engine{"sqlite", make_sqlite}, engine{"postgres", make_postgres});
}

inline std::string name_of(const ::testing::TestParamInfo<engine>& tested) {
  return tested.param.name;
}

/// A time with microseconds in it.
inline constexpr utc_time noon = from_unix_micros(1'795'608'000'123'456);

/// The value, or the test ends here with the error's cause.
template <class T>
T value_of(result<T> outcome) {
  if (!outcome) {
    throw std::runtime_error{std::string{info(outcome.error().code).name} + ": " +
                             outcome.error().cause};
  }
  return std::move(*outcome);
}

inline profile_page list_page(store& source, const user_page_query& query) {
  return value_of(source.list_users({&query, 1})).at(0);
}

inline errc code_of(const result<write_outcome>& outcome) {
  if (outcome) throw std::runtime_error{"expected a failure"};
  return outcome.error().code;
}

inline session make_session(std::uint64_t id) {
  session opened;
  opened.id = {id};
  opened.appid = "wx-app";
  opened.device = "iPhone 15 <WeChat 8.0.50>";
  opened.address = "2001:db8::1";
  opened.created_at = noon;
  opened.last_seen_at = noon + std::chrono::microseconds{1};
  opened.expires_at = noon + std::chrono::hours{24 * 90};
  opened.rotated_at = noon + std::chrono::microseconds{2};
  for (std::size_t i = 0; i < opened.refresh_secret_hash.size(); ++i) {
    opened.refresh_secret_hash[i] = static_cast<std::uint8_t>(id + i * 8);
  }
  return opened;
}

/// A sealed session key as far as a database can tell; another one for each number.
inline sealed_bytes make_sealed(std::uint64_t number) {
  sealed_bytes made(73);
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = static_cast<std::uint8_t>(number + i * 31);
  return made;
}

inline admit_wechat_user make_admission(std::string openid, std::uint64_t candidate,
                                        std::uint64_t session) {
  return {.appid = "wx-app",
          .openid = std::move(openid),
          .unionid = std::nullopt,
          .sealed_session_key = make_sealed(session),
          .candidate = {candidate},
          .opened = make_session(session)};
}

inline update_profile make_rename(std::uint64_t id, std::string nickname, utc_time at = noon) {
  return {.id = {id},
          .patch = {.nickname = std::move(nickname), .avatar_url = {}, .language = {}},
          .at = at};
}

inline throttle_key make_key(std::uint64_t number) {
  throttle_key key;
  key.digest.fill(static_cast<std::uint8_t>(number));
  key.digest[1] = static_cast<std::uint8_t>(number >> 8U);
  return key;
}

/// One free attempt of an account or a pair, then a delay of a minute.
inline constexpr throttle_policy strict_policy{
    .account = {1, std::chrono::minutes{1}, std::chrono::hours{1}},
    .source = {10, std::chrono::minutes{1}, std::chrono::hours{1}},
    .pair = {1, std::chrono::minutes{1}, std::chrono::hours{1}},
    .device = {1, std::chrono::minutes{1}, std::chrono::hours{1}},
    .forget_after = std::chrono::hours{24}};

inline begin_attempt make_attempt(attempt_keys keys, utc_time at = noon) {
  return {.keys = keys,
          .policy = strict_policy,
          .username = std::nullopt,
          .user = std::nullopt,
          .at = at};
}

/// The hash of a password that nobody knows.
inline std::string make_hash(std::string_view password) {
  return "$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$" + std::string{password};
}

/// A user `id` whose password's hash is that of "first".
inline register_user make_registration(std::uint64_t id, std::string username,
                                       std::uint64_t session = 0) {
  register_user made{.id = {id},
                     .role = user_role::user,
                     .username = std::move(username),
                     .password_hash = make_hash("first"),
                     .invitation = std::nullopt,
                     .keys = {},
                     .policy = strict_policy,
                     .opened = std::nullopt,
                     .at = noon};
  if (session != 0) made.opened = make_session(session);
  return made;
}

inline invitation make_invitation(std::uint64_t number, std::uint32_t uses = 1,
                                  std::optional<utc_time> expires_at = std::nullopt) {
  return {.code_hash = make_key(number).digest,
          .note = "for " + std::to_string(number),
          .uses_left = uses,
          .created_at = noon,
          .expires_at = expires_at};
}

inline api_key make_api_key(std::uint64_t number, std::string name) {
  api_key made{.id = {number},
               .name = std::move(name),
               .hash = make_key(number).digest,
               .scopes = {},
               .created_at = noon};
  made.scopes.add(api_scope::wechat_codes);
  return made;
}

inline bind_phone_number make_binding(std::uint64_t user, std::string number = "13800138000") {
  return {
      .user = {user}, .appid = "wx-app", .phone = {number, std::move(number), "86"}, .at = noon};
}

/// With everything that a content may have.
inline config_content make_content(std::string json = R"({"on":true})") {
  return {.json = std::move(json),
          .description = "The new 雀",
          .visibility = config_visibility::server,
          .targeting = config_targeting{{"wx-app", "wx-two"}, 2'550, "null"},
          .schema = R"({"type":"object"})"};
}

/// A migrated database with one writer and one reader.
class store_test : public ::testing::TestWithParam<engine> {
protected:
  result<write_outcome> apply_one(write_request request) {
    return std::move(writer->apply({&request, 1}).at(0));
  }

  template <class Outcome>
  Outcome expect(write_request request) {
    return std::get<Outcome>(value_of(apply_one(std::move(request))));
  }

  /// A user `id` whose openid is "openid-<id>", with the session `session`.
  user admit(std::uint64_t id, std::uint64_t session) {
    return expect<user_admitted>(make_admission("openid-" + std::to_string(id), id, session)).who;
  }

  std::optional<user> find_user(std::uint64_t id) {
    const std::vector<user_id> ids{{id}};
    return value_of(reader->find_users(ids)).at(0);
  }

  std::optional<stored_session_key> session_key_of(std::uint64_t user,
                                                   std::string appid = "wx-app") {
    const std::vector<find_session_key> wanted{{{user}, std::move(appid)}};
    return value_of(reader->find_session_keys(wanted)).at(0);
  }

  std::optional<bound_phone> phone_of(std::uint64_t user) {
    const std::vector<find_bound_phone> wanted{{{user}}};
    return value_of(reader->find_bound_phones(wanted)).at(0);
  }

  std::optional<session> find_session(std::uint64_t id) {
    const std::vector<session_id> ids{{id}};
    return value_of(reader->find_sessions(ids)).at(0);
  }

  maque::test::temporary_folder folder;
  test_database database = GetParam().make(folder.path());
  int schema_version = value_of(database.factory->migrate());
  std::unique_ptr<store> writer = value_of(database.factory->open_writer());
  std::unique_ptr<store> reader = value_of(database.factory->open_reader());
};

} // namespace maque::db::test

#pragma once

#include "store_fixture.hpp"

#include <string>
#include <vector>

namespace maque::db::test {

/// A user with an identity and two sessions, of which one has ended, and a value of the
/// configuration, which was changed, as the first version of the schema has them.
/// @param digest 32 bytes in the SQL of the engine.
inline std::vector<std::string> rows_of_schema_1(const std::string& digest) {
  return {
      "INSERT INTO users VALUES (7, 'sparrow', '', 'en', 'operator', FALSE, 1, 2, 3)",
      "INSERT INTO wechat_identities VALUES ('wx-app', 'openid', NULL, 7, 1)",
      "INSERT INTO sessions VALUES (70, 7, 'wx-app', 'phone', '::1', 1, 2, 3, " + digest +
          ", 0, 4, NULL)",
      "INSERT INTO sessions SELECT 71, user_id, appid, device, address, created_at, last_seen_at,"
      " expires_at, refresh_secret_hash, refresh_counter, rotated_at, 5 FROM sessions",
      "INSERT INTO config_versions VALUES (1, 'theme', '\"red\"', 5)",
      "INSERT INTO config_versions VALUES (2, 'theme', '\"blue\"', 6)",
      "INSERT INTO config_versions VALUES (3, 'gone', '1', 7)",
      "INSERT INTO config_versions VALUES (4, 'gone', NULL, 8)",
      "INSERT INTO config_values VALUES ('theme', '\"blue\"', 2)"};
}

/// They are served as they were, and can be used.
inline void expect_rows_of_schema_1(store& served) {
  const account kept{.who = {.id = {7},
                             .nickname = "sparrow",
                             .avatar_url = "",
                             .language = "en",
                             .role = user_role::admin_operator,
                             .disabled = false,
                             .created_at = from_unix_micros(1),
                             .updated_at = from_unix_micros(2),
                             .revision = 3},
                     .username = std::nullopt,
                     .wechat_identities = 1,
                     .open_sessions = 1};
  EXPECT_EQ(value_of(served.list_accounts({})), std::vector{kept});
  const std::vector<find_session_key> keys{{{7}, "wx-app"}};
  EXPECT_FALSE(value_of(served.find_session_keys(keys)).at(0));
  EXPECT_EQ(value_of(served.sessions_ended_since(from_unix_micros(5))), (ended_sessions{{71}}));
  const std::vector<write_request> requests{
      make_admission("openid", 8, 80), add_credentials{{7}, "sparrow", make_hash("first"), noon}};
  const auto outcomes = served.apply(requests);
  EXPECT_EQ(std::get<user_admitted>(value_of(outcomes.at(0))).who, kept.who);
  EXPECT_TRUE(outcomes.at(1));
  EXPECT_EQ(value_of(served.find_session_keys(keys)).at(0)->sealed, make_sealed(80));

  const config_version blue{
      2, config_content{.json = "\"blue\"", .description = {}}, {{}, from_unix_micros(6), {}}};
  EXPECT_EQ(value_of(served.find_config_item("theme")), (config_item{"theme", blue, {}}));
  EXPECT_EQ(value_of(served.load_config()), (config_snapshot{4, {{"theme", "\"blue\""}}}));
  EXPECT_EQ(value_of(served.config_history_of({"gone"})).size(), 2U);
  const std::vector<write_request> rollback{roll_back_config_value{{"theme", 2, {}}, 1}};
  const auto rolled_back = std::get<config_item>(value_of(std::move(served.apply(rollback).at(0))));
  EXPECT_EQ(rolled_back.version(), 5U);
  EXPECT_EQ(rolled_back.published->content->json, "\"red\"");
}

} // namespace maque::db::test

#include "api_fixture.hpp"
#include "support/raw_client.hpp"

#include <gmock/gmock.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <string>

namespace maque::test {

namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The live configuration on the operator's listener, by a program with the operator's token.
class AdminConfig : public testing::Test {
protected:
  AdminConfig() {
    asking.set_bearer_token_auth(std::string{test_server::operator_token}.c_str());
    asking.set_keep_alive(true);
  }

  /// The data of a success, or all of a failure.
  static json read(const httplib::Result& reply, int status) {
    if (!reply) throw std::runtime_error{"there is no answer"};
    EXPECT_EQ(reply->status, status) << reply->body;
    const json envelope = json::parse(reply->body);
    return status == 200 ? envelope.at("data") : envelope;
  }

  json get(const std::string& path, int status = 200) {
    return read(asking.Get(("/admin/config" + path).c_str()), status);
  }
  json put(const std::string& path, const json& body, int status = 200) {
    return put_text(path, body.dump(), status);
  }
  json put_text(const std::string& path, const std::string& body, int status) {
    return read(asking.Put(("/admin/config" + path).c_str(), body, "application/json"), status);
  }
  json post(const std::string& path, const json& body, int status = 200) {
    return read(asking.Post(("/admin/config" + path).c_str(), body.dump(), "application/json"),
                status);
  }
  json remove(const std::string& path, int status = 200) {
    return read(asking.Delete(("/admin/config" + path).c_str()), status);
  }

  /// Another operator, who is at the database himself.
  void publish_elsewhere(const std::string& value) {
    config_edit edit{.key = "theme", .base_version = {}, .by = {"bob", {}, "meanwhile"}};
    const write_request request{
        publish_config_value{edit, config_content{.json = value, .description = {}}}};
    const auto database = server.open_database();
    ASSERT_TRUE(database->apply({&request, 1}).at(0));
  }

  test_server server;
  httplib::Client asking{"127.0.0.1", server.operator_port()};
};

const json full{{"value", {{"colour", "red"}}},
                {"description", "The look"},
                {"visibility", "client"},
                {"targeting", {{"appids", {"wx2", "wx1"}}, {"percentage", 12.5}}},
                {"otherwise", {{"colour", "blue"}}},
                {"schema", {{"type", "object"}, {"required", json::array({"colour"})}}},
                {"base_version", 0}};

} // namespace

TEST_F(AdminConfig, IsForOperatorsOnly_ASVS_13_4_5) {
  httplib::Client stranger{"127.0.0.1", server.operator_port()};
  EXPECT_EQ(stranger.Get("/admin/config")->status, 401);
  EXPECT_EQ(stranger.Put("/admin/config/theme", "{}", "application/json")->status, 401);
  EXPECT_EQ(stranger.Delete("/admin/config/theme?base_version=0")->status, 401);
}

TEST_F(AdminConfig, PublishesAndShowsEverything) {
  json order = full;
  order["note"] = "because";
  const json item = put("/theme", order);
  EXPECT_EQ(item.at("version"), 1);
  EXPECT_EQ(item.at("value"), full.at("value"));
  EXPECT_EQ(item.at("description"), "The look");
  EXPECT_EQ(item.at("visibility"), "client");
  EXPECT_EQ(item.at("targeting"), (json{{"appids", {"wx1", "wx2"}}, {"percentage", 12.5}}));
  EXPECT_EQ(item.at("otherwise"), full.at("otherwise"));
  EXPECT_EQ(item.at("schema"), full.at("schema"));
  EXPECT_EQ(item.at("published_by"), "operator token");
  EXPECT_EQ(item.at("note"), "because");
  EXPECT_THAT(item.at("published_at").get<std::string>(), StartsWith("20"));
  EXPECT_EQ(item.at("draft"), nullptr);
  EXPECT_EQ(get("/theme"), item);
  EXPECT_EQ(get(""), (json{{"version", 1}, {"items", json::array({item})}}));
}

TEST_F(AdminConfig, ChangesAreInTheAuditLogWithTheirKeyAndNote) {
  put("/theme", {{"value", 1}, {"base_version", 0}, {"note", "because"}});
  const auto reply = asking.Get("/admin/audit");
  ASSERT_TRUE(reply);
  const json shown = json::parse(reply->body);
  const json& entry = shown.at("data").at("items").at(0);
  EXPECT_EQ(entry.at("who"), "operator token");
  EXPECT_EQ(entry.at("action"), "config.publish");
  EXPECT_EQ(entry.at("subject"), "theme");
  EXPECT_EQ(entry.at("details"), (json{{"base_version", 0}, {"note", "because"}}));
}

TEST_F(AdminConfig, KeepsWhatAnOrderDoesNotName) {
  put("/theme", full);
  const json item = put("/theme", {{"value", {{"colour", "green"}}}, {"base_version", 1}});
  EXPECT_EQ(item.at("description"), "The look");
  EXPECT_EQ(item.at("otherwise"), full.at("otherwise"));
  const json bare =
      put("/theme", {{"targeting", nullptr}, {"schema", nullptr}, {"base_version", 2}});
  EXPECT_EQ(bare.at("value"), (json{{"colour", "green"}}));
  EXPECT_EQ(bare.at("targeting"), nullptr);
  EXPECT_EQ(bare.at("schema"), nullptr);
  EXPECT_FALSE(bare.contains("otherwise"));
}

TEST_F(AdminConfig, KeepsNumbersAsTheyWereWritten) {
  put_text("/price", R"({"value": [1.50, 1E2, "a"], "base_version": 0})", 200);
  const auto reply = asking.Get("/admin/config/price");
  EXPECT_THAT(reply->body, HasSubstr(R"("value":[1.50,1E2,"a"])"));
}

TEST_F(AdminConfig, PublishesADraftThatNobodyWasServed) {
  const json saved = put("/theme/draft", full);
  EXPECT_EQ(saved.at("version"), 0);
  EXPECT_FALSE(saved.contains("value"));
  EXPECT_EQ(saved.at("draft").at("value"), full.at("value"));
  EXPECT_EQ(saved.at("draft").at("saved_by"), "operator token");
  EXPECT_EQ(saved.at("draft").at("revision"), 1);
  EXPECT_EQ(api_client{server.port()}.get("/api/config/theme").status, 404);
  EXPECT_EQ(get("").at("items").size(), 1U);

  const json published = post("/theme/publish", {{"base_version", 0}, {"note", "go"}});
  EXPECT_EQ(published.at("version"), 1);
  EXPECT_EQ(published.at("draft"), nullptr);
  EXPECT_EQ(post("/theme/publish", {{"base_version", 1}}, 404).at("code"), 40405);
}

TEST_F(AdminConfig, ThrowsADraftAway) {
  put("/theme/draft", {{"value", 1}, {"base_version", 0}});
  EXPECT_EQ(remove("/theme/draft?base_version=0&draft_revision=2", 409).at("code"), 40907);
  EXPECT_EQ(remove("/theme/draft?base_version=0&draft_revision=1").at("draft"), nullptr);
  EXPECT_EQ(get("/theme", 404).at("code"), 40402);
  EXPECT_EQ(remove("/theme/draft?base_version=0", 404).at("code"), 40405);
}

TEST_F(AdminConfig, ShowsWhoeverIsLateWhatTheOtherOneDid) {
  put("/theme", {{"value", "\"red\""}, {"base_version", 0}});
  put("/theme/draft", {{"value", "mine"}, {"base_version", 1}});
  publish_elsewhere("\"blue\"");
  const std::vector<json> conflicts{
      put("/theme", {{"value", "green"}, {"base_version", 1}}, 409),
      put("/theme/draft", {{"value", "green"}, {"base_version", 1}}, 409),
      post("/theme/publish", {{"base_version", 1}}, 409),
      // The draft was written for the version before.
      post("/theme/publish", {{"base_version", 2}}, 409),
      post("/theme/rollback", {{"version", 1}, {"base_version", 1}}, 409),
      remove("/theme?base_version=1", 409),
  };
  for (const json& each : conflicts) {
    EXPECT_EQ(each.at("code"), 40907);
    EXPECT_EQ(each.at("data").at("version"), 2);
    EXPECT_EQ(each.at("data").at("value"), "blue");
    EXPECT_EQ(each.at("data").at("published_by"), "bob");
    EXPECT_EQ(each.at("data").at("draft").at("value"), "mine");
  }
  EXPECT_EQ(get("/theme").at("version"), 2);
}

TEST_F(AdminConfig, RefusesWhatDoesNotFitItsSchema) {
  put("/theme", full);
  const json wrong = put("/theme", {{"value", {{"color", 1}}}, {"base_version", 1}}, 422);
  EXPECT_EQ(wrong.at("code"), 42200);
  EXPECT_THAT(wrong.at("message").get<std::string>(),
              HasSubstr("value: at the top: Missing required property 'colour'"));
  EXPECT_EQ(put("/theme/draft", {{"value", 1}, {"base_version", 1}}, 422).at("code"), 42200);
  EXPECT_EQ(put("/theme/draft", {{"otherwise", 1}, {"base_version", 1}}, 422).at("code"), 42200);
  const json schema = put("/theme", {{"schema", {{"type", "objekt"}}}, {"base_version", 1}}, 422);
  EXPECT_EQ(schema.at("code"), 42201);
  EXPECT_THAT(schema.at("message").get<std::string>(), HasSubstr("at /type: no such type"));
  EXPECT_EQ(get("/theme").at("version"), 1);
}

TEST_F(AdminConfig, RefusesSettingsThatCanNotBeChangedSo) {
  const std::vector<std::pair<std::string, json>> cases{
      {"/settings.log.level", "verbose"}, {"/settings.log.file", "x"}, {"/settings.no.such", 1}};
  for (const auto& [key, value] : cases) {
    EXPECT_EQ(put(key, {{"value", value}, {"base_version", 0}}, 422).at("code"), 42200) << key;
    EXPECT_EQ(put(key + "/draft", {{"value", value}, {"base_version", 0}}, 422).at("code"), 42200);
  }
  EXPECT_EQ(put("/settings.log.level", {{"value", "debug"}, {"base_version", 0}}).at("visibility"),
            "server");
}

TEST_F(AdminConfig, IsInForceBeforeTheAnswer) {
  api_client client{server.port()};
  for (int version = 0; version < 20; ++version) {
    put("/theme", {{"value", version}, {"base_version", version}});
    const auto reply = client.get("/api/config/theme");
    expect_success(reply);
    EXPECT_EQ(reply.data(), version);
  }
}

TEST_F(AdminConfig, RefusesWhatMakesNoSense) {
  for (const char* const key : {"/a%00b", "/a%0Ab", "/%7F", "/%FF"})
    EXPECT_EQ(put(key, {{"value", 1}, {"base_version", 0}}, 400).at("code"), 40002) << key;
  const std::vector<json> bodies{
      {{"value", 1}},
      {{"base_version", 0}},
      {{"value", 1}, {"base_version", -1}},
      {{"value", 1}, {"base_version", 0}, {"visibility", "public"}},
      {{"value", 1}, {"base_version", 0}, {"targeting", 1}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"percentage", 0.001}}}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"percentage", 101}}}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"percentage", "50"}}}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"appids", "wx1"}}}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"appids", json::array({1})}}}},
      {{"value", 1}, {"base_version", 0}, {"targeting", {{"users", json::array()}}}},
      {{"value", 1}, {"base_version", 0}, {"otherwise", 1}},
      {{"value", 1}, {"base_version", 0}, {"note", "a\nb"}},
      {{"value", 1}, {"base_version", 0}, {"unknown", 1}},
  };
  for (const json& each : bodies)
    EXPECT_EQ(put("/theme", each, 400).at("code"), 40002) << each;
  EXPECT_EQ(put("/settings.log.level",
                {{"value", "debug"}, {"base_version", 0}, {"visibility", "client"}}, 400)
                .at("code"),
            40002);
  EXPECT_EQ(get("").at("items").size(), 0U);
}

TEST_F(AdminConfig, RefusesWhatIsTooLong) {
  const std::string longer(256 * 1024, 'x');
  EXPECT_EQ(put("/theme", {{"value", longer}, {"base_version", 0}}, 413).at("code"), 41300);
  raw_client sender{server.operator_port()};
  sender.send("PUT /admin/config/theme HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              "Content-Length: 10485760\r\n\r\n");
  const auto refused = sender.read_reply("PUT");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
  EXPECT_EQ(get("").at("items").size(), 0U);
}

TEST_F(AdminConfig, RemovesAKeyAndKeepsItsHistory) {
  put("/theme", full);
  EXPECT_FALSE(remove("/theme?base_version=1&note=no%20more").contains("value"));
  EXPECT_EQ(get("/theme", 404).at("code"), 40402);
  EXPECT_EQ(remove("/theme?base_version=0", 404).at("code"), 40402);
  EXPECT_EQ(remove("/theme", 400).at("code"), 40002);
  const json history = get("/theme/history");
  EXPECT_EQ(history.at("next_cursor"), nullptr);
  ASSERT_EQ(history.at("items").size(), 2U);
  EXPECT_FALSE(history.at("items").at(0).contains("value"));
  EXPECT_EQ(history.at("items").at(0).at("note"), "no more");
  EXPECT_EQ(history.at("items").at(1).at("value"), full.at("value"));
  for (const char* const query : {"", "?limit=2"})
    EXPECT_EQ(get(std::string{"/none/history"} + query, 404).at("code"), 40402) << query;
}

TEST_F(AdminConfig, ShowsItsHistoryInPages) {
  for (int version = 0; version < 3; ++version)
    put("/theme", {{"value", version}, {"base_version", version}});
  const json first = get("/theme/history?limit=2");
  EXPECT_EQ(first.at("items").at(1).at("version"), 2);
  const json last =
      get("/theme/history?limit=2&cursor=" + first.at("next_cursor").get<std::string>());
  ASSERT_EQ(last.at("items").size(), 1U);
  EXPECT_EQ(last.at("items").at(0).at("value"), 0);
  EXPECT_EQ(last.at("next_cursor"), nullptr);
  for (const char* const query : {"limit=0", "limit=101", "limit=x", "cursor=x"})
    EXPECT_EQ(get(std::string{"/theme/history?"} + query, 400).at("code"), 40002) << query;
}

TEST_F(AdminConfig, ShowsWhatChangedAndRollsBack) {
  put("/theme", {{"value", {{"colour", "red"}, {"size", 1}}}, {"base_version", 0}});
  put("/theme", {{"value", {{"colour", "blue"}, {"size", 1}}}, {"base_version", 1}});
  EXPECT_EQ(
      get("/theme/diff?from=1&to=2"),
      (json{{"from", 1},
            {"to", 2},
            {"patch",
             json::array({json{{"op", "replace"}, {"path", "/colour"}, {"value", "blue"}}})}}));
  EXPECT_EQ(get("/theme/diff?from=1&to=3", 404).at("code"), 40404);
  EXPECT_EQ(get("/theme/diff?from=1", 400).at("code"), 40002);

  const json back =
      post("/theme/rollback", {{"version", 1}, {"base_version", 2}, {"note", "it was ugly"}});
  EXPECT_EQ(back.at("version"), 3);
  EXPECT_EQ(back.at("value").at("colour"), "red");
  EXPECT_EQ(post("/theme/rollback", {{"version", 9}, {"base_version", 3}}, 404).at("code"), 40404);
}

} // namespace maque::test

#include "api_fixture.hpp"
#include "support/contract.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::test {

namespace {

class Login : public testing::Test {
protected:
  std::size_t count_users() const {
    return server.open_database()->list_accounts({{}, 100})->size();
  }

  test_server server;
  api_client client{server.port()};
};

} // namespace

TEST_F(Login, MakesAUserWhoWasNeverHere) {
  const auto reply = client.post("/api/login", login_as("alice", "1"));

  expect_success(reply);
  const auto data = reply.data();
  EXPECT_EQ(data.at("is_new_user"), true);
  EXPECT_EQ(data.at("token_type"), "Bearer");
  EXPECT_EQ(data.at("expires_in"), 900);
  EXPECT_EQ(data.at("user").at("nickname"), "");
  EXPECT_EQ(data.at("user").at("role"), "user");
  EXPECT_EQ(count_users(), 1);
  EXPECT_EQ(ask_who_am_i(server, data.at("access_token")).data(), data.at("user"));
}

// ASVS 7.2.4: a new token at login.
TEST_F(Login, FindsAKnownUserAndOpensAnotherSession_ASVS_7_2_4) {
  const auto first = client.post("/api/login", login_as("alice", "1")).data();
  const auto second = client.post("/api/login", login_as("alice", "2")).data();

  EXPECT_EQ(second.at("is_new_user"), false);
  EXPECT_EQ(second.at("user"), first.at("user"));
  EXPECT_NE(second.at("access_token"), first.at("access_token"));
  EXPECT_NE(second.at("refresh_token"), first.at("refresh_token"));
  EXPECT_NE(claims_of(second.at("access_token")).session,
            claims_of(first.at("access_token")).session);
  EXPECT_EQ(count_users(), 1);
}

TEST_F(Login, TellsTwoPeopleApart) {
  const auto alice = log_in(server, "alice");
  const auto bob = log_in(server, "bob");
  EXPECT_NE(alice.user_id, bob.user_id);
  EXPECT_EQ(count_users(), 2);
}

TEST_F(Login, TakesEachCodeOnce) {
  expect_success(client.post("/api/login", login_as("alice", "1")));
  expect_failure(client.post("/api/login", login_as("alice", "1")), errc::invalid_code);
  EXPECT_EQ(count_users(), 1);
}

TEST_F(Login, AnswersWhatWeChatSaysWithACodeOfOurOwn) {
  struct refusal {
    const char* code;
    errc expected;
  };
  constexpr refusal refusals[] = {
      {"nobody-knows-this", errc::invalid_code},   {"err-40029", errc::invalid_code},
      {"err-40163", errc::invalid_code},           {"err-41008", errc::invalid_code},
      {"err-40003", errc::invalid_field},          {"err-40226", errc::user_blocked_by_wechat},
      {"err-45011", errc::too_many_requests},      {"err--1", errc::wechat_unavailable},
      {"err-40001", errc::wechat_rejected_us},     {"err-40013", errc::wechat_rejected_us},
      {"err-40125", errc::wechat_rejected_us},     {"err-40164", errc::wechat_rejected_us},
      {"err-99999", errc::wechat_rejected_us},     {"fault-html", errc::wechat_bad_reply},
      {"fault-truncated", errc::wechat_bad_reply}, {"fault-missing-openid", errc::wechat_bad_reply},
      {"fault-502", errc::wechat_unavailable},
  };
  for (const auto& [code, expected] : refusals) {
    SCOPED_TRACE(code);
    expect_failure(client.post("/api/login", {{"code", code}}), expected);
  }
  EXPECT_EQ(count_users(), 0);
}

TEST_F(Login, AsksNoMoreWhenTheQuotaOfTheDayIsUsedUp) {
  expect_failure(client.post("/api/login", {{"code", "err-45009"}}), errc::wechat_unavailable);
  const auto stopped = client.post("/api/login", {{"code", "dev-alice.1"}});
  expect_failure(stopped, errc::wechat_unavailable);
  EXPECT_EQ(stopped.header("Retry-After"), "600");
}

TEST_F(Login, AsksNoMoreForAWhileWhenWeChatFailsAgainAndAgain) {
  for (int call = 0; call < 5; ++call)
    expect_failure(client.post("/api/login", {{"code", "fault-502"}}), errc::wechat_unavailable);
  const auto stopped = client.post("/api/login", {{"code", "dev-alice.1"}});
  expect_failure(stopped, errc::wechat_unavailable);
  EXPECT_EQ(stopped.header("Retry-After"), "1");
  EXPECT_TRUE(eventually([&] {
    return client.post("/api/login", {{"code", "dev-alice.1"}}).status == 200;
  }));
}

TEST_F(Login, TakesTheAppidOfAMiniProgramOfThisServerOnly) {
  EXPECT_EQ(client.post("/api/login", {{"code", "dev-alice.1"}, {"appid", "wxsimulator"}}).status,
            200);
  expect_failure(client.post("/api/login", {{"code", "dev-alice.2"}, {"appid", "wxother"}}),
                 errc::invalid_field);
}

TEST_F(Login, SaysWhenAUserWhoIsTooFrequentMayComeBack) {
  EXPECT_EQ(client.post("/api/login", {{"code", "err-45011"}}).header("Retry-After"), "60");
}

// ASVS 16.5.1: generic errors.
TEST_F(Login, KeepsWhatWeChatSaidForTheLog_ASVS_16_5_1) {
  const auto reply = client.post("/api/login", {{"code", "err-40125"}});
  EXPECT_EQ(reply.json().at("message"), info(errc::wechat_rejected_us).message);
  EXPECT_TRUE(eventually([&] {
    const std::string log = server.read_log();
    return log.find("40125") != std::string::npos && log.find(reply.trace()) != std::string::npos;
  }));
}

// ASVS 16.2.5: no secrets in logs.
TEST_F(Login, LeavesNoCodeAndNoTokenInTheLog_ASVS_16_2_5) {
  const auto data = client.post("/api/login", login_as("alice", "very-secret")).data();
  const auto trace = client.get("/ping").header("X-Trace-Id").value();
  ASSERT_TRUE(eventually([&] { return server.read_log().find(trace) != std::string::npos; }));
  const std::string log = server.read_log();
  EXPECT_EQ(log.find("very-secret"), std::string::npos);
  EXPECT_EQ(log.find(data.at("access_token").get<std::string>()), std::string::npos);
  EXPECT_EQ(log.find(data.at("refresh_token").get<std::string>()), std::string::npos);
}

// ASVS 14.3.2: no-store on what is private.
TEST_F(Login, ForbidsToKeepItsAnswer_ASVS_14_3_2) {
  EXPECT_EQ(client.post("/api/login", login_as("alice", "1")).header("Cache-Control"), "no-store");
}

TEST_F(Login, IsRefusedToADisabledUser_ASVS_7_4_2) {
  const auto alice = log_in(server, "alice");
  server.execute_sql("UPDATE users SET disabled = 1 WHERE id = " + alice.user_id);
  expect_failure(client.post("/api/login", login_as("alice", "again")), errc::account_disabled);
}

// ASVS 2.2.1: every field validated, unknown ones refused.
TEST_F(Login, RefusesEveryBadBodyAndMakesNobody_ASVS_2_2_1) {
  const auto nested = [](const std::string& open, const std::string& close) {
    std::string text = R"({"code":)";
    for (int depth = 0; depth < 10'000; ++depth)
      text += open;
    text += "1";
    for (int depth = 0; depth < 10'000; ++depth)
      text += close;
    return text + "}";
  };
  struct bad_body {
    std::string body;
    errc expected;
  };
  const bad_body bodies[] = {
      {"", errc::invalid_json},
      {"code=dev-alice", errc::invalid_json},
      {R"({"code":"dev-alice")", errc::invalid_json},
      {R"({"code":"dev-alice"}})", errc::invalid_json},
      {R"({"code":"dev-alice"} {})", errc::invalid_json},
      {R"({'code':'dev-alice'})", errc::invalid_json},
      {R"({"code":"dev-alice",})", errc::invalid_json},
      {R"(// a comment
{"code":"dev-alice"})",
       errc::invalid_json},
      {std::string{R"({"code":"dev-alice"})"} + '\0', errc::invalid_json},
      {"\xEF\xBB\xBF[]", errc::invalid_json},
      {R"("dev-alice")", errc::invalid_json},
      {R"(["dev-alice"])", errc::invalid_json},
      {"null", errc::invalid_json},
      {"1", errc::invalid_json},
      {R"({"code":"dev-alice","code":"dev-bob"})", errc::invalid_json},
      {R"({"code":"dev-alice","c\u006fde":"dev-bob"})", errc::invalid_json},
      {"{\"code\":\"dev-\xFF\xFE\"}", errc::invalid_json},
      {"{\"code\":\"dev-\xC0\xAF\"}", errc::invalid_json},
      {"{\"code\":\"dev-\xED\xA0\x80\"}", errc::invalid_json},
      {R"({"code":"dev-\uD800"})", errc::invalid_json},
      {nested("[", "]"), errc::invalid_json},
      {nested(R"({"a":)", "}"), errc::invalid_json},
      {"{}", errc::invalid_field},
      {R"({"code":1})", errc::invalid_field},
      {R"({"code":null})", errc::invalid_field},
      {R"({"code":true})", errc::invalid_field},
      {R"({"code":["dev-alice"]})", errc::invalid_field},
      {R"({"code":{"code":"dev-alice"}})", errc::invalid_field},
      {R"({"code":""})", errc::invalid_field},
      {R"({"Code":"dev-alice"})", errc::invalid_field},
      {R"({"code":"dev-alice","role":"operator"})", errc::invalid_field},
      {R"({"code":"dev-alice\u0000"})", errc::invalid_field},
      {R"({"code":"dev-alice\r\nX: y"})", errc::invalid_field},
      {R"({"code":")" + std::string(10 * 1024, 'a') + R"("})", errc::invalid_field},
  };
  for (const auto& [body, expected] : bodies) {
    SCOPED_TRACE(body.substr(0, 80));
    expect_failure(client.send("POST", "/api/login", {api_client::json_body}, body), expected);
  }
  EXPECT_EQ(count_users(), 0);
  expect_success(client.post("/api/login", login_as("alice", "1")));
}

TEST_F(Login, NamesTheFieldThatIsWrongButQuotesNoSecret) {
  EXPECT_EQ(client.post("/api/login", {{"code", 1}}).json().at("message"),
            "invalid field: code: has to be a string");
  EXPECT_EQ(client.post("/api/login", {{"code", "dev-a"}, {"x", "y"}}).json().at("message"),
            "invalid field: x: unknown field");
}

TEST_F(Login, HandsACodeToWeChatAsItIs) {
  for (const char* code : {"dev-alice&appid=other", "dev-alice#", "dev-alice%00", "dev- alice",
                           "../../dev-alice", "麻雀", "dev-alice?x=y"})
    expect_failure(client.post("/api/login", {{"code", code}}), errc::invalid_code);
  EXPECT_EQ(count_users(), 0);
}

TEST_F(Login, AnswersInTimeThoughWeChatDoesNot) {
  // A server that takes connections and never answers: a listener of which nobody accepts.
  const silent_listener silent;
  const test_server waiting{[&silent](config::settings& settings) {
    settings.wechat.mode = config::wechat_mode::live;
    settings.wechat.appid = "wx4f4bc4dec97d474b";
    settings.wechat.app_secret = secret{"not a real secret"};
    settings.wechat.base_url = "http://127.0.0.1:" + std::to_string(silent.port());
    settings.wechat.timeout = std::chrono::milliseconds{200};
  }};
  const auto begin = std::chrono::steady_clock::now();
  const auto reply = api_client{waiting.port()}.post("/api/login", {{"code", "any"}});
  expect_failure(reply, errc::wechat_unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{3});
}

} // namespace maque::test

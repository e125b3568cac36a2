#include "fakes.hpp"
#include "wechat/api.hpp"
#include "wechat/bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace maque::wechat {
namespace {

using namespace std::chrono_literals;
using test::fake_pacer;
using test::scripted_transport;
using test::text_reply;

constexpr auto good_key = "tiihtNczf5v6AKRyjwEUhQ==";
constexpr auto app_secret = "0123456789abcdef0123456789ABCDEF";
constexpr auto busy = R"({"errcode":-1,"errmsg":"system error"})";

std::string good_body() {
  return R"({"session_key":"tiihtNczf5v6AKRyjwEUhQ==","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE"})";
}

app_credentials app() {
  return {"wx0000000000000001", secret{app_secret}};
}

/// One call with ten seconds until its deadline.
call_outcome call(scripted_transport& via, fake_pacer& time) {
  return wechat::call(via, app(), exchange_code{"wx0000000000000001", "the-code"}, secret{},
                      time.now() + 10s, time);
}

result<code_exchanged> call_with(const reply& answer) {
  scripted_transport via{{answer}};
  fake_pacer time;
  return call(via, time).answer.map(
      [](wechat_outcome&& known) { return std::get<code_exchanged>(std::move(known)); });
}

TEST(CodeToSession, ReadsWhoTheUserIs) {
  const auto who = call_with(text_reply(good_body()));
  ASSERT_TRUE(who) << who.error().cause;
  EXPECT_EQ(who->openid, "oGZUI0egBJY1zhBYw2KhdUfwVJJE");
  EXPECT_EQ(who->appid, "wx0000000000000001");
  EXPECT_EQ(who->session_key.reveal(), good_key);
  EXPECT_EQ(who->unionid, std::nullopt);
}

TEST(CodeToSession, SendsOneEncodedRequestWithItsDeadline) {
  scripted_transport via{{text_reply(good_body())}};
  fake_pacer time;
  const app_credentials odd{"wx&1", secret{"s=e c"}};
  ASSERT_TRUE(test::log_in(via, odd, "a+b/c\r\n%\xe9~", time.now() + 10s));
  EXPECT_THAT(via.targets, testing::ElementsAre(
                               "/sns/jscode2session?appid=wx%261&secret=s%3De%20c"
                               "&js_code=a%2Bb%2Fc%0D%0A%25%E9~&grant_type=authorization_code"));
  EXPECT_THAT(via.deadlines, testing::ElementsAre(time.now() + 10s));
}

TEST(CodeToSession, TakesAnErrcodeOfZeroForSuccess) {
  for (const char* zero : {"0", "\"0\""}) {
    auto body = good_body();
    body.insert(1, std::string{"\"errcode\":"} + zero + ",\"errmsg\":\"ok\",");
    EXPECT_TRUE(call_with(text_reply(body))) << body;
  }
}

TEST(CodeToSession, DoesNotCareForTheContentType) {
  for (const char* type : {"application/json", "text/html", ""})
    EXPECT_TRUE(call_with({200, type, good_body()})) << type;
}

struct unionid_case {
  const char* json;
  std::optional<std::string> read;
};

TEST(CodeToSession, ReadsTheUnionidIfThereIsOne) {
  const unionid_case cases[] = {
      {R"("oUnion_1")", "oUnion_1"},
      // As a value, the empty string would make one person of all who have none.
      {R"("")", std::nullopt},
  };
  for (const auto& [json, read] : cases) {
    auto body = good_body();
    body.insert(1, std::string{"\"unionid\":"} + json + ",");
    const auto who = call_with(text_reply(body));
    ASSERT_TRUE(who) << body;
    EXPECT_EQ(who->unionid, read);
  }
}

struct bad_reply {
  const char* name;
  reply answer;
  errc expected = errc::wechat_bad_reply;
};

reply login_with(const char* member, const nlohmann::json& value) {
  auto body = nlohmann::json::parse(good_body());
  body[member] = value;
  return text_reply(body.dump());
}

reply login_without(const char* member) {
  auto body = nlohmann::json::parse(good_body());
  body.erase(member);
  return text_reply(body.dump());
}

class BadReplies : public testing::TestWithParam<bad_reply> {};

TEST_P(BadReplies, AreRefusedAndNothingOfThemIsInTheCause) {
  const auto answer = call_with(GetParam().answer);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, GetParam().expected) << answer.error().cause;
  EXPECT_NE(answer.error().cause, "");
  EXPECT_EQ(answer.error().cause.find(good_key), std::string::npos);
  EXPECT_EQ(answer.error().cause.find("<html>"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadReplies,
    testing::Values(
        bad_reply{"empty", text_reply("")}, bad_reply{"html", {200, "text/html", "<html></html>"}},
        bad_reply{"truncated", text_reply(good_body().substr(0, 60))},
        bad_reply{"surplus_behind_it", text_reply(good_body() + "{}")},
        bad_reply{"array", text_reply("[" + good_body() + "]")},
        bad_reply{"text", text_reply("\"openid\"")}, bad_reply{"null", text_reply("null")},
        bad_reply{"invalid_utf8", text_reply("{\"openid\":\"\xff\"}")},
        bad_reply{"nested_deeply", text_reply(std::string(900'000, '['))},
        bad_reply{"empty_object", text_reply("{}")},
        bad_reply{"openid_missing", login_without("openid")},
        bad_reply{"openid_empty", login_with("openid", "")},
        bad_reply{"openid_number", login_with("openid", 28)},
        bad_reply{"openid_null", login_with("openid", nullptr)},
        bad_reply{"openid_too_long", login_with("openid", std::string(65, 'o'))},
        bad_reply{"openid_with_newline", login_with("openid", "o\nforged")},
        bad_reply{"session_key_missing", login_without("session_key")},
        bad_reply{"session_key_empty", login_with("session_key", "")},
        bad_reply{"session_key_number", login_with("session_key", 1)},
        bad_reply{"session_key_short", login_with("session_key", "c2hvcnQ=")},
        bad_reply{"session_key_of_17_bytes", login_with("session_key", "tiihtNczf5v6AKRyjwEUhQA=")},
        bad_reply{"session_key_of_18_bytes", login_with("session_key", "tiihtNczf5v6AKRyjwEUhQAA")},
        bad_reply{"session_key_not_base64", login_with("session_key", "tiihtNczf5v6AKRyjw-UhQ==")},
        bad_reply{"session_key_padded_inside",
                  login_with("session_key", "tiihtNczf5v6AKRyjw=UhQ==")},
        bad_reply{"unionid_number", login_with("unionid", 1)},
        bad_reply{"unionid_null", login_with("unionid", nullptr)},
        bad_reply{"unionid_too_long", login_with("unionid", std::string(65, 'o'))},
        bad_reply{"errcode_text", login_with("errcode", "busy")},
        bad_reply{"errcode_empty", login_with("errcode", "")},
        bad_reply{"errcode_half_number", login_with("errcode", "40029x")},
        bad_reply{"errcode_fraction", login_with("errcode", 0.5)},
        bad_reply{"errcode_bool", login_with("errcode", false)},
        bad_reply{"errcode_null", login_with("errcode", nullptr)},
        bad_reply{"errcode_too_big", login_with("errcode", 4294967296)},
        bad_reply{"errcode_far_too_big", login_with("errcode", UINT64_MAX)},
        bad_reply{"errcode_too_small", login_with("errcode", -2147483649)},
        bad_reply{"status_201", text_reply(good_body(), 201)},
        bad_reply{"status_302", text_reply(good_body(), 302)},
        bad_reply{"status_404", text_reply(good_body(), 404)},
        bad_reply{"status_500", text_reply(good_body(), 500), errc::wechat_unavailable},
        bad_reply{"status_502", text_reply("<html>", 502), errc::wechat_unavailable}),
    [](const auto& tested) { return tested.param.name; });

TEST(CodeToSession, ReadsAnErrcodeAsNumberAndAsText) {
  for (const char* errcode : {"40163", "\"40163\""}) {
    const auto answer = call_with(
        text_reply(std::string{R"({"errmsg":"code been used","errcode":)"} + errcode + "}"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::invalid_code);
    EXPECT_EQ(answer.error().cause, "WeChat errcode 40163: code been used");
  }
}

TEST(CodeToSession, LivesWithAnErrmsgThatIsMissingOrNoText) {
  for (const char* body : {R"({"errcode":40029})", R"({"errcode":40029,"errmsg":[1]})"}) {
    const auto answer = call_with(text_reply(body));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::invalid_code);
  }
}

TEST(CodeToSession, HandsOnWhatTheTransportSays) {
  scripted_transport via{{fail(errc::wechat_unavailable, {}, "no route")}};
  fake_pacer time;
  const auto answer = call(via, time).answer;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(answer.error().cause, "no route");
  EXPECT_EQ(via.targets.size(), 1U);
}

TEST(BusyWeChat, IsAskedAgainUntilItAnswers) {
  scripted_transport via{{text_reply(busy), text_reply(busy), text_reply(good_body())}};
  fake_pacer time;
  EXPECT_TRUE(call(via, time).answer);
  EXPECT_EQ(via.targets.size(), 3U);
  EXPECT_THAT(via.targets, testing::Each(via.targets.front()));
}

TEST(BusyWeChat, IsGivenUpAfterABoundedNumberOfTries) {
  scripted_transport via{{text_reply(busy)}};
  fake_pacer time;
  const auto answer = call(via, time).answer;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(via.targets.size(), static_cast<std::size_t>(bounds::busy_tries));
  EXPECT_EQ(time.pauses.size(), via.targets.size() - 1);
}

TEST(BusyWeChat, IsWaitedForTwiceAsLongEachTimeWithJitter) {
  for (const auto& [jitter, first] : {std::pair{0.0, 50ms}, std::pair{0.5, 75ms}}) {
    scripted_transport via{{text_reply(busy)}};
    fake_pacer time;
    time.set_jitter(jitter);
    ASSERT_FALSE(call(via, time).answer);
    EXPECT_THAT(time.pauses, testing::ElementsAre(first, 2 * first, 4 * first));
  }
}

TEST(BusyWeChat, IsNotWaitedForBeyondTheDeadline) {
  scripted_transport via{{text_reply(busy)}};
  fake_pacer time;
  const auto deadline = time.now() + 200ms; // The pauses are 75 and 150 ms.
  const auto answer = wechat::call(via, app(), exchange_code{}, secret{}, deadline, time).answer;
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(via.targets.size(), 2U);
  EXPECT_LT(time.now(), deadline);
}

TEST(BusyWeChat, IsTheOnlyRefusalThatIsRepeated) {
  for (const int errcode : {40029, 40163, 45009, 45011, 40125, 40226, 99999}) {
    scripted_transport via{{text_reply(R"({"errcode":)" + std::to_string(errcode) + "}")}};
    fake_pacer time;
    EXPECT_FALSE(call(via, time).answer);
    EXPECT_EQ(via.targets.size(), 1U) << errcode;
    EXPECT_TRUE(time.pauses.empty()) << errcode;
  }
}

TEST(SystemPacer, GivesJitterBetweenZeroAndOne) {
  system_pacer time;
  for (int i = 0; i < 100; ++i) {
    const double jitter = time.jitter();
    EXPECT_GE(jitter, 0.0);
    EXPECT_LT(jitter, 1.0);
  }
}

TEST(SystemPacer, SleepsUntilTheTimeHasCome) {
  system_pacer time;
  const auto end = time.now() + 2ms;
  time.wait_until(end);
  EXPECT_GE(time.now(), end);
}

} // namespace
} // namespace maque::wechat

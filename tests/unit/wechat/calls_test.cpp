#include "fakes.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

/// What holds for the call of each endpoint.
namespace maque::wechat {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::fake_pacer;
using test::sample;
using test::scripted_transport;
using test::text_reply;

call_outcome call(const sample& tested, scripted_transport& via) {
  fake_pacer time;
  return wechat::call(via, test::sample_app(), tested.order, test::token_for(tested.which),
                      time.now() + 10s, time);
}

call_outcome call_with(const sample& tested, const result<reply>& answer) {
  scripted_transport via{{answer}};
  return call(tested, via);
}

class EachCall : public testing::TestWithParam<sample> {};

INSTANTIATE_TEST_SUITE_P(All, EachCall, testing::ValuesIn(test::samples()), [](const auto& tested) {
  return std::string{to_string(tested.param.which)};
});

TEST_P(EachCall, SendsOneEncodedRequest) {
  scripted_transport via{{text_reply(GetParam().good_reply)}};
  const auto outcome = call(GetParam(), via);
  ASSERT_TRUE(outcome.answer) << outcome.answer.error().cause;
  EXPECT_EQ(outcome.health, endpoint_health::good);
  EXPECT_FALSE(outcome.token_refused);
  EXPECT_THAT(via.targets, testing::ElementsAre(GetParam().target));
  ASSERT_EQ(via.bodies.front().has_value(), GetParam().body.has_value());
  if (GetParam().body) {
    EXPECT_EQ(json::parse(*via.bodies.front()), json::parse(*GetParam().body));
  }
}

TEST_P(EachCall, RefusesAReplyWithoutOneOfItsFields) {
  for (const auto& pointer : GetParam().required) {
    auto without = json::parse(GetParam().good_reply);
    const json::json_pointer where{pointer};
    without.at(where.parent_pointer()).erase(where.back());
    auto odd = json::parse(GetParam().good_reply);
    for (const json& value : {json{}, json{true}, json::array(), json{1.5}}) {
      odd.at(where) = value;
      const auto outcome = call_with(GetParam(), text_reply(odd.dump()));
      ASSERT_FALSE(outcome.answer) << odd;
      EXPECT_EQ(outcome.answer.error().code, errc::wechat_bad_reply);
    }
    const auto outcome = call_with(GetParam(), text_reply(without.dump()));
    ASSERT_FALSE(outcome.answer) << without;
    EXPECT_EQ(outcome.answer.error().code, errc::wechat_bad_reply);
    EXPECT_EQ(outcome.health, endpoint_health::bad);
  }
}

struct nonsense {
  const char* name;
  reply answer;
  errc expected = errc::wechat_bad_reply;
};

TEST_P(EachCall, RefusesWhatIsNotItsProtocol) {
  const std::string& good = GetParam().good_reply;
  const bool is_image = GetParam().which == endpoint::code_image;
  const nonsense all[] = {
      {"html", {200, "text/html", "<html></html>"}},
      {"empty", text_reply("")},
      {"truncated", text_reply(is_image ? "\x89PN" : good.substr(0, good.size() - 3))},
      {"an empty object", text_reply("{}")},
      {"an array", text_reply("[]")},
      {"too much", text_reply(R"({"errcode":0,"x":")" + std::string(70'000, 'x') + "\"}")},
      {"errcode is no number", text_reply(R"({"errcode":"busy"})")},
      {"status 404", text_reply(good, 404)},
      {"status 500", text_reply(good, 500), errc::wechat_unavailable},
      {"status 502", {502, "text/html", "<html></html>"}, errc::wechat_unavailable},
  };
  for (const auto& [name, answer, expected] : all) {
    const auto outcome = call_with(GetParam(), answer);
    ASSERT_FALSE(outcome.answer) << name;
    EXPECT_EQ(outcome.answer.error().code, expected) << name;
    EXPECT_EQ(outcome.answer.error().cause.find("<html>"), std::string::npos);
    EXPECT_EQ(outcome.health, endpoint_health::bad) << name;
    EXPECT_FALSE(outcome.token_refused);
  }
}

TEST_P(EachCall, HandsOnWhatTheTransportSays) {
  const auto outcome = call_with(GetParam(), fail(errc::wechat_unavailable, {}, "no route"));
  ASSERT_FALSE(outcome.answer);
  EXPECT_EQ(outcome.answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(outcome.answer.error().cause, "no route");
  EXPECT_EQ(outcome.health, endpoint_health::bad);
}

TEST_P(EachCall, ReadsAnErrcodeAsNumberAndAsText) {
  for (const char* errcode : {"48001", "\"48001\""}) {
    const auto outcome =
        call_with(GetParam(), text_reply(std::string{R"({"errmsg":"api unauthorized","errcode":)"} +
                                         errcode + "}"));
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.answer.error().code, errc::wechat_rejected_us);
    EXPECT_EQ(outcome.health, endpoint_health::good);
  }
}

TEST_P(EachCall, TellsOfAUsedUpQuota) {
  const auto outcome = call_with(GetParam(), text_reply(R"({"errcode":45009})"));
  ASSERT_FALSE(outcome.answer);
  EXPECT_EQ(outcome.answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(outcome.health, endpoint_health::used_up);
}

TEST_P(EachCall, TellsOfARefusedToken) {
  for (const int errcode : {40001, 40014, 42001}) {
    const auto outcome =
        call_with(GetParam(), text_reply(R"({"errcode":)" + std::to_string(errcode) + "}"));
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.token_refused, needs_access_token(GetParam().which));
    EXPECT_EQ(outcome.answer.error().code, errcode != 40001 || needs_access_token(GetParam().which)
                                               ? errc::wechat_unavailable
                                               : errc::wechat_rejected_us);
    EXPECT_EQ(outcome.health, endpoint_health::good);
  }
}

TEST_P(EachCall, IsRepeatedWhileWeChatIsBusyAndForNothingElse) {
  const auto busy_reply = text_reply(R"({"errcode":-1,"errmsg":"system error"})");
  scripted_transport good_in_the_end{{busy_reply, busy_reply, text_reply(GetParam().good_reply)}};
  EXPECT_TRUE(call(GetParam(), good_in_the_end).answer);
  EXPECT_EQ(good_in_the_end.targets.size(), 3U);

  scripted_transport busy_to_the_end{{busy_reply}};
  const auto outcome = call(GetParam(), busy_to_the_end);
  ASSERT_FALSE(outcome.answer);
  EXPECT_EQ(outcome.answer.error().code, errc::wechat_unavailable);
  EXPECT_EQ(outcome.health, endpoint_health::bad);

  for (const int errcode : {40001, 40029, 42001, 45009, 45011, 99999}) {
    scripted_transport no{{text_reply(R"({"errcode":)" + std::to_string(errcode) + "}")}};
    EXPECT_FALSE(call(GetParam(), no).answer);
    EXPECT_EQ(no.targets.size(), 1U) << errcode;
  }
}

/// What somebody on the way could write, and our log must not repeat.
std::vector<std::string> quotes_of(const std::string& hidden) {
  return {
      "it was " + hidden + " and again " + hidden,
      // A cut after 256 characters would go through the middle of it.
      std::string(250, '.') + hidden,
      "argument invalid! data." + hidden + ".value",
      "no, rid: " + hidden,
  };
}

// ASVS 16.2.5: whatever the other side writes, no secret gets into what is logged.
TEST_P(EachCall, Asvs16_2_5_HidesItsSecretsInEveryCause) {
  auto hidden = GetParam().hidden;
  hidden.push_back(test::sample_secret);
  hidden.push_back("s3cr%3Dt%2Fwith%2Bodd%26chars");
  hidden.push_back(GetParam().target);
  if (needs_access_token(GetParam().which)) {
    hidden.push_back(test::sample_token);
    hidden.push_back("68_tok%2Fen%2Bwith%3Dodd%26chars");
  }
  for (const auto& value : hidden) {
    for (const auto& quote : quotes_of(value)) {
      std::vector<result<reply>> answers{fail(errc::wechat_unavailable, {}, quote),
                                         text_reply(quote), text_reply(quote, 502)};
      for (const int errcode : {-1, 40001, 40029, 45009, 47003, 99999})
        answers.emplace_back(text_reply(json{{"errcode", errcode}, {"errmsg", quote}}.dump()));
      for (const auto& answer : answers) {
        const auto outcome = call_with(GetParam(), answer);
        ASSERT_FALSE(outcome.answer);
        for (const auto& text : {outcome.answer.error().cause, outcome.answer.error().hint})
          EXPECT_EQ(text.find(value == GetParam().target ? "&" : value.substr(0, 6)),
                    std::string::npos)
              << text;
      }
    }
  }
}

} // namespace
} // namespace maque::wechat

#include "simulated.hpp"
#include "wechat/api.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <utility>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

/// The server's own client against the simulator: both are written from WeChat's pages, and agree.
class SimulatorAndClient : public Simulated {
protected:
  wechat::call_outcome ask_wechat(const wechat_order& order) {
    const auto which = wechat::endpoint_of(order);
    const secret access{wechat::needs_access_token(which) ? token() : std::string{}};
    return wechat::call(*via_, {"wx1", secret{"s"}}, order, access,
                        std::chrono::steady_clock::now() + 20s);
  }

  template <class Reply>
  Reply expect(const wechat_order& order) {
    auto outcome = ask_wechat(order);
    EXPECT_TRUE(outcome.answer) << outcome.answer.error().cause;
    EXPECT_EQ(outcome.health, wechat::endpoint_health::good);
    if (!outcome.answer || !std::holds_alternative<Reply>(*outcome.answer)) {
      ADD_FAILURE() << "another reply than expected";
      return {};
    }
    return std::get<Reply>(*std::move(outcome.answer));
  }

  errc error_of(const wechat_order& order) {
    const auto outcome = ask_wechat(order);
    EXPECT_FALSE(outcome.answer);
    return outcome.answer ? errc{} : outcome.answer.error().code;
  }

  std::unique_ptr<wechat::transport> via_ = make_simulator_transport(engine_);
};

TEST_F(SimulatorAndClient, AgreeOnLoginsAndSessionKeys) {
  const auto user = expect<code_exchanged>(exchange_code{"wx1", "dev-union-alice"});
  EXPECT_TRUE(user.unionid);
  EXPECT_TRUE(
      expect<session_key_checked>(check_session_key{"wx1", user.openid, user.session_key}).valid);
  const auto reset =
      expect<session_key_reset>(reset_session_key{"wx1", user.openid, user.session_key});
  EXPECT_EQ(reset.openid, user.openid);
  EXPECT_FALSE(
      expect<session_key_checked>(check_session_key{"wx1", user.openid, user.session_key}).valid);
  EXPECT_EQ(error_of(exchange_code{"wx1", "dev-union-alice"}), errc::invalid_code);
}

TEST_F(SimulatorAndClient, AgreeOnAccessTokens) {
  const auto first = expect<access_token_fetched>(fetch_access_token{"wx1", false});
  EXPECT_EQ(first.expires_in, 7200s);
  EXPECT_EQ(first.token.reveal(), token());
  const auto forced = expect<access_token_fetched>(fetch_access_token{"wx1", true});
  EXPECT_NE(forced.token.reveal(), first.token.reveal());
  const auto refused = wechat::call(*via_, {"wx1", secret{"s"}}, make_scheme{"wx1"}, first.token,
                                    std::chrono::steady_clock::now() + 20s);
  EXPECT_TRUE(refused.token_refused);
  EXPECT_FALSE(refused.answer);
}

TEST_F(SimulatorAndClient, AgreeOnPhoneNumbers) {
  EXPECT_EQ(expect<phone_number>(find_phone_number{"wx1", "phone-44-7700900123"}),
            (phone_number{"+447700900123", "7700900123", "44"}));
  EXPECT_EQ(error_of(find_phone_number{"wx1", "phone-44-7700900123"}), errc::invalid_code);
}

TEST_F(SimulatorAndClient, AgreeOnTexts) {
  const std::string openid = openid_of("alice");
  EXPECT_EQ(expect<text_checked>(maque::check_text{"wx1", openid, "hello"}).verdict,
            text_verdict::pass);
  EXPECT_EQ(expect<text_checked>(maque::check_text{"wx1", openid, "risky"}).verdict,
            text_verdict::risky);
  EXPECT_EQ(expect<text_checked>(maque::check_text{"wx1", openid, "review"}).verdict,
            text_verdict::review);
}

TEST_F(SimulatorAndClient, AgreeOnMessages) {
  const std::string openid = openid_of("alice");
  expect<message_sent>(
      send_subscribe_message{"wx1", openid, "tmpl1", R"({"thing1":{"value":"tea"}})"});
  ASSERT_EQ(engine_.state().messages.sent().size(), 1U);
  EXPECT_EQ(engine_.state().messages.sent()[0].openid, openid);
}

TEST_F(SimulatorAndClient, AgreeOnCodesAndLinks) {
  const auto image = expect<maque::code_image>(make_code_image{"wx1", "a=1"});
  EXPECT_EQ(image.content_type, "image/png");
  EXPECT_GT(image.bytes.size(), 1000U);
  EXPECT_THAT(expect<scheme_made>(make_scheme{"wx1"}).open_link, testing::StartsWith("weixin://"));
  EXPECT_THAT(expect<url_link_made>(make_url_link{"wx1"}).url_link,
              testing::StartsWith("https://"));
}

TEST_F(SimulatorAndClient, AgreeOnQuotasAndRids) {
  expect<scheme_made>(make_scheme{"wx1"});
  const auto told = expect<quota>(maque::find_quota{"wx1", "/wxa/generatescheme"});
  EXPECT_EQ(told.used, 1);
  EXPECT_EQ(told.remain, told.daily_limit - 1);
  const std::string text = call("/wxa/generatescheme", {{"expire_type", 1}})["errmsg"];
  const auto details =
      expect<rid_details>(maque::find_rid{"wx1", text.substr(text.rfind(' ') + 1)});
  EXPECT_EQ(details.invoked_at, 1'700'000'000);
  EXPECT_EQ(details.request_url, "/wxa/generatescheme");
}

TEST_F(SimulatorAndClient, AgreeOnUsedUpQuotas) {
  engine_.state().quotas.set_limits(endpoint::scheme, {.daily = 0});
  EXPECT_EQ(ask_wechat(make_scheme{"wx1"}).health, wechat::endpoint_health::used_up);
}

} // namespace
} // namespace maque::wechat_simulator

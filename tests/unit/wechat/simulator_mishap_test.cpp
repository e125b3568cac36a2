#include "simulated.hpp"
#include "wechat/user_data.hpp"
#include "wechat_simulator/faults.hpp"
#include "wechat_simulator/signatures.hpp"
#include "wechat_simulator/user_data.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view login_target =
    "/sns/jscode2session?appid=wx1&secret=s&grant_type=authorization_code&js_code=dev-alice";

class SimulatorMishap : public Simulated {
protected:
  answer log_in_once() { return engine_.answer_to("GET", login_target, {}); }

  injections& mishaps() { return engine_.state().mishaps; }
};

TEST_F(SimulatorMishap, ComesForAsManyCallsAsItWasAskedFor) {
  ASSERT_TRUE(mishaps().add(endpoint::code_to_session, {injected_errcode{-1}, 2}));
  EXPECT_EQ(errcode(ask("/wxa/checksession")), 41001) << "another endpoint is well";
  EXPECT_EQ(errcode(log_in("dev-alice")), -1);
  EXPECT_EQ(errcode(log_in("dev-alice")), -1);
  EXPECT_EQ(errcode(log_in("dev-alice")), 0) << "and the code wasn't used by those that failed";
  const auto counted = engine_.state().calls.of(endpoint::code_to_session);
  EXPECT_EQ(counted.calls, 3U);
  EXPECT_EQ(counted.mishaps, 2U);
  EXPECT_EQ(counted.refusals, 2U);
}

TEST_F(SimulatorMishap, ComesToAllEndpointsIfItNamesNone) {
  ASSERT_TRUE(mishaps().add({}, {injected_status{503}}));
  EXPECT_EQ(log_in_once().reply.status, 503);
  EXPECT_EQ(engine_.handle("POST", "/cgi-bin/stable_token", "{}").status, 503);
  mishaps().clear_errors();
  EXPECT_EQ(log_in_once().reply.status, 200);
}

TEST_F(SimulatorMishap, ComesByChance) {
  ASSERT_TRUE(mishaps().add({}, {injected_errcode{-1}, -1, 0.5}));
  int failed = 0;
  for (int i = 0; i < 1000; ++i)
    failed += errcode(log_in("err-45011")) == -1 ? 1 : 0;
  // Five standard deviations.
  EXPECT_NEAR(failed, 500, 80);
}

struct fault_case {
  const char* kind;
  int status;
  delivery how;
};

TEST_F(SimulatorMishap, BreaksAnAnswerInTheWayThatItsKindSays) {
  const fault_case cases[] = {
      {"html", 200, delivery::whole}, {"empty", 200, delivery::whole},
      {"500", 500, delivery::whole},  {"drip", 200, delivery::drip},
      {"cut", 200, delivery::cut},    {"close", 200, delivery::close},
      {"hang", 200, delivery::hang},
  };
  for (const auto& [kind, status, how] : cases) {
    ASSERT_TRUE(is_fault(kind)) << kind;
    ASSERT_TRUE(mishaps().add({}, {injected_fault{kind}, 1}));
    const auto given = log_in_once();
    EXPECT_EQ(given.reply.status, status) << kind;
    EXPECT_EQ(given.how, how) << kind;
  }
  EXPECT_FALSE(is_fault("unheard-of"));
}

TEST_F(SimulatorMishap, CutsAnAnswerShort) {
  ASSERT_TRUE(mishaps().add({}, {injected_fault{"truncated"}, 1}));
  const auto given = log_in_once();
  EXPECT_THAT(given.reply.body, testing::StartsWith(R"({"session_key":")"));
  EXPECT_TRUE(json::parse(given.reply.body, nullptr, false).is_discarded());
}

TEST_F(SimulatorMishap, CanBeThatItIsSlow) {
  mishaps().set_latency({}, 20ms, 0ms);
  mishaps().set_latency(endpoint::stable_token, 100ms, 50ms);
  EXPECT_EQ(log_in_once().latency, 20ms);
  for (int i = 0; i < 100; ++i) {
    const auto latency = engine_.answer_to("POST", "/cgi-bin/stable_token", "{}").latency;
    EXPECT_GE(latency, 100ms);
    EXPECT_LE(latency, 150ms);
  }
  mishaps().reset();
  EXPECT_EQ(log_in_once().latency, 0ms);
}

TEST_F(SimulatorMishap, ReachesThoseInTheSameProcess) {
  const auto via = make_simulator_transport(engine_);
  const std::string target{login_target};
  mishaps().set_latency({}, 30ms, 0ms);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(via->get(target, began + 20s));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 30ms);
  mishaps().set_latency({}, 20s, 0ms);
  const auto late = via->get(target, std::chrono::steady_clock::now() + 10ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::wechat_unavailable);
  mishaps().reset();
  for (const char* kind : {"close", "cut", "hang", "drip"}) {
    ASSERT_TRUE(mishaps().add({}, {injected_fault{kind}, 1}));
    EXPECT_FALSE(via->get(target, std::chrono::steady_clock::now() + 10ms)) << kind;
  }
}

TEST_F(SimulatorMishap, IsForgottenByAReset) {
  ASSERT_TRUE(mishaps().add({}, {injected_errcode{-1}}));
  engine_.state().clock.set_ahead(24h);
  EXPECT_EQ(errcode(log_in("dev-alice")), -1);
  engine_.state().reset();
  EXPECT_EQ(errcode(log_in("dev-alice")), 0);
  EXPECT_EQ(engine_.state().calls.of(endpoint::code_to_session).calls, 1U);
  EXPECT_EQ(engine_.state().clock.now(), clock_.now());
}

class SimulatorCodes : public Simulated {
protected:
  std::string mint(code_kind kind, const std::string& subject) {
    return engine_.state().minted_codes.make(kind, "wx1", subject, clock_.now());
  }
};

TEST_F(SimulatorCodes, AreForOneUseOfOneAppWithinFiveMinutes) {
  const std::string code = mint(code_kind::login, "alice");
  EXPECT_EQ(code.size(), 32U);
  EXPECT_EQ(errcode(log_in(code, "wx2")), 40029);
  EXPECT_EQ(errcode(call("/wxa/business/getuserphonenumber", {{"code", code}})), 40029);
  EXPECT_EQ(log_in(code)["openid"], openid_of("alice"));
  EXPECT_EQ(errcode(log_in(code)), 40163);
  clock_.advance(300s);
  EXPECT_EQ(errcode(log_in(code)), 40029);
  const std::string late = mint(code_kind::login, "alice");
  clock_.advance(299s);
  EXPECT_EQ(errcode(log_in(late)), 0);
  const std::string phone = mint(code_kind::phone, "13800138000");
  const auto told = call("/wxa/business/getuserphonenumber", {{"code", phone}});
  EXPECT_EQ(told["phone_info"]["phoneNumber"], "13800138000");
}

TEST_F(SimulatorCodes, ExpireByAClockThatIsMovedAhead) {
  const std::string code = mint(code_kind::login, "alice");
  engine_.state().clock.set_ahead(300s);
  EXPECT_EQ(errcode(log_in(code)), 40029);
}

TEST_F(Simulated, EncryptsWhatTheServerCanDecrypt) {
  const auto user = log_in("dev-alice");
  const std::string key = user["session_key"];
  const std::string openid = user["openid"];
  const auto made = make_user_data(engine_.state(), "wx1", openid, R"({"nickName":"麻雀"})");
  ASSERT_TRUE(made);
  const auto plain = wechat::decrypt_user_data(made->encrypted_data, made->iv, secret{key}, "wx1");
  ASSERT_TRUE(plain);
  EXPECT_EQ(json::parse(*plain),
            (json{{"nickName", "麻雀"},
                  {"watermark", {{"appid", "wx1"}, {"timestamp", 1'700'000'000}}}}));
  EXPECT_TRUE(wechat::is_signed(made->raw_data, made->signature, secret{key}));
  EXPECT_FALSE(make_user_data(engine_.state(), "wx2", openid, "{}"));
  EXPECT_FALSE(make_user_data(engine_.state(), "wx1", "nobody", "{}"));
  EXPECT_FALSE(make_user_data(engine_.state(), "wx1", openid, "[]"));
}

TEST(SimulatorSignatures, AreWhatTheirPagesSay) {
  // RFC 4231 has none with an empty text; this one is of openssl's command line.
  EXPECT_EQ(sign_session("key"),
            "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0");
  EXPECT_EQ(sign_sorted({"c", "a", "b"}), sha1_hex("abc"));
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(BoundedMap, ForgetsTheOldestEntry) {
  bounded_map<int> map{2};
  map.at("a") = 1;
  map.at("b") = 2;
  map.at("a") = 3;
  map.at("c") = 4;
  EXPECT_EQ(map.find("a"), nullptr);
  ASSERT_NE(map.find("b"), nullptr);
  EXPECT_EQ(*map.find("b"), 2);
  EXPECT_EQ(*map.find("c"), 4);
  map.clear();
  EXPECT_EQ(map.find("b"), nullptr);
}

} // namespace
} // namespace maque::wechat_simulator

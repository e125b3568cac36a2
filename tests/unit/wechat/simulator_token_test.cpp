#include "simulated.hpp"

#include <gmock/gmock.h>

#include <set>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

class SimulatorToken : public Simulated {
protected:
  int check(const std::string& access_token) {
    return errcode(post("/cgi-bin/openapi/quota/get?access_token=" + access_token,
                        {{"cgi_path", "/wxa/msg_sec_check"}}));
  }
};

TEST_F(SimulatorToken, StaysTheSameUntilFiveMinutesBeforeItsEnd) {
  const auto first = stable_token();
  EXPECT_EQ(first["expires_in"], 7200);
  clock_.advance(6899s);
  const auto same = stable_token();
  EXPECT_EQ(same["access_token"], first["access_token"]);
  EXPECT_EQ(same["expires_in"], 301);
  clock_.advance(1s);
  const auto next = stable_token();
  EXPECT_NE(next["access_token"], first["access_token"]);
  EXPECT_EQ(next["expires_in"], 7200);
  EXPECT_EQ(stable_token()["access_token"], next["access_token"]);
}

TEST_F(SimulatorToken, IsGoodBesideItsSuccessorUntilItsOwnEnd) {
  const std::string first = token();
  clock_.advance(6900s);
  const std::string second = token();
  clock_.advance(299s);
  EXPECT_EQ(check(first), 0);
  EXPECT_EQ(check(second), 0);
  clock_.advance(1s);
  EXPECT_EQ(check(first), 42001);
  EXPECT_EQ(check(second), 0);
}

TEST_F(SimulatorToken, EndsByAForcedRefresh) {
  const std::string first = token();
  const auto forced = stable_token(true);
  EXPECT_NE(forced["access_token"], first);
  EXPECT_EQ(check(first), 40001);
  EXPECT_EQ(check(forced["access_token"]), 0);
  EXPECT_EQ(token(), forced["access_token"]);
}

TEST_F(SimulatorToken, CanBeForcedEveryThirtySecondsAndTwentyTimesADay) {
  EXPECT_EQ(errcode(stable_token(true)), 0);
  clock_.advance(29s);
  EXPECT_EQ(errcode(stable_token(true)), 45011);
  EXPECT_EQ(errcode(stable_token(true, "wx2")), 0) << "each app has its own";
  for (int refresh = 2; refresh <= 20; ++refresh) {
    clock_.advance(30s);
    EXPECT_EQ(errcode(stable_token(true)), 0) << refresh;
  }
  clock_.advance(30s);
  EXPECT_EQ(errcode(stable_token(true)), 45009);
  EXPECT_EQ(errcode(stable_token()), 0) << "the normal mode goes on";
  clock_.advance(24h);
  EXPECT_EQ(errcode(stable_token(true)), 0);
}

TEST_F(SimulatorToken, IsRefusedIfItIsMissingMalformedOrUnknown) {
  std::string other = token();
  other.back() = other.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(check(""), 41001);
  EXPECT_EQ(check("nonsense"), 40014);
  EXPECT_EQ(check(other), 40001);
}

TEST_F(SimulatorToken, IsCheckedByEveryEndpointThatNeedsOne) {
  for (const auto& form : endpoint_forms) {
    if (!form.needs_token) continue;
    const auto reply = engine_.handle(form.is_post ? "POST" : "GET",
                                      std::string{form.path} + "?access_token=x", "{}");
    EXPECT_EQ(errcode(json::parse(reply.body)), 40014) << form.path;
  }
}

TEST_F(SimulatorToken, CanBeInvalidatedForOneAppOrForAll) {
  const std::string ours = token();
  const std::string theirs = token("wx2");
  EXPECT_EQ(engine_.state().tokens.invalidate("wx1", clock_.now()), 1U);
  EXPECT_EQ(check(ours), 40001);
  EXPECT_EQ(check(theirs), 0);
  EXPECT_NE(token(), ours) << "an invalid token isn't given out again";
  EXPECT_EQ(engine_.state().tokens.invalidate("", clock_.now()), 2U);
  EXPECT_EQ(check(theirs), 40001);
}

TEST_F(SimulatorToken, LivesAsLongAsItIsToldTo) {
  engine_.state().tokens.set_lifetime(10s);
  const auto given = stable_token();
  EXPECT_EQ(given["expires_in"], 10);
  EXPECT_EQ(token(), given["access_token"]) << "too short to be renewed early";
  clock_.advance(10s);
  EXPECT_EQ(check(given["access_token"]), 42001);
}

TEST_F(SimulatorToken, IsForThoseWhoKnowTheSecretOnceAppsAreNamed) {
  EXPECT_EQ(errcode(stable_token(false, "wx1", "anything")), 0);
  ASSERT_TRUE(engine_.state().apps.add("wx1", "s"));
  EXPECT_EQ(errcode(stable_token(false, "wx1", "s")), 0);
  EXPECT_EQ(errcode(stable_token(false, "wx1", "x")), 40125);
  EXPECT_EQ(errcode(stable_token(false, "wx2", "s")), 40013);
  EXPECT_EQ(errcode(log_in("dev-a")), 0);
  EXPECT_EQ(errcode(log_in("dev-b", "wx2")), 40013);
}

struct bad_token_request {
  const char* body;
  int errcode;
};

TEST_F(SimulatorToken, NeedsACompleteRequest) {
  const bad_token_request cases[] = {
      {"", 47001},
      {"[]", 47001},
      {R"({"grant_type":"x","appid":"wx1","secret":"s"})", 40002},
      {R"({"grant_type":"client_credential","secret":"s"})", 41002},
      {R"({"grant_type":"client_credential","appid":"wx1"})", 41004},
  };
  for (const auto& [body, expected] : cases) {
    const auto reply = engine_.handle("POST", "/cgi-bin/stable_token", body);
    EXPECT_EQ(errcode(json::parse(reply.body)), expected) << body;
  }
  EXPECT_EQ(errcode(ask("/cgi-bin/stable_token")), 43002);
}

} // namespace
} // namespace maque::wechat_simulator

#include "fakes.hpp"
#include "wechat/api.hpp"
#include "wechat_simulator/faults.hpp"
#include "wechat_simulator/simulator.hpp"
#include "wechat_simulator/used_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <barrier>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::MatchesRegex;

class fixed_clock final : public time_source {
public:
  utc_time now() const override { return now_; }
  void advance(std::chrono::seconds span) { now_ += span; }

private:
  utc_time now_ = from_unix_micros(1'700'000'000'000'000);
};

class Simulator : public testing::Test {
protected:
  wechat::reply get(const std::string& target) { return engine_.handle("GET", target, {}); }

  wechat::reply log_in(const std::string& code, const std::string& appid = "wx1") {
    return get("/sns/jscode2session?appid=" + appid + "&secret=s&js_code=" + code +
               "&grant_type=authorization_code");
  }

  json body_of(const std::string& code, const std::string& appid = "wx1") {
    return json::parse(log_in(code, appid).body);
  }

  int errcode_of(const std::string& code) { return body_of(code).value("errcode", 0); }

  fixed_clock clock_;
  simulator engine_{clock_};
};

TEST_F(Simulator, AnswersALoginInWeChatsForm) {
  const auto reply = log_in("dev-alice");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/plain");
  const auto body = json::parse(reply.body);
  EXPECT_EQ(body.size(), 2U) << reply.body;
  EXPECT_THAT(body["openid"].get<std::string>(),
              testing::AllOf(testing::SizeIs(28), MatchesRegex("o[A-Za-z0-9_-]+")));
  EXPECT_THAT(body["session_key"].get<std::string>(),
              testing::AllOf(testing::SizeIs(24), MatchesRegex("[A-Za-z0-9+/]+==")));
}

TEST_F(Simulator, KnowsAPersonByAppidAndName) {
  const std::string openid = body_of("dev-alice.1")["openid"];
  fixed_clock other_clock;
  simulator after_a_restart{other_clock};
  const auto again = after_a_restart.handle(
      "GET",
      "/sns/jscode2session?appid=wx1&secret=s&js_code=dev-alice&grant_type=authorization_code", {});
  EXPECT_EQ(json::parse(again.body)["openid"], openid);
  EXPECT_EQ(body_of("dev-alice.2")["openid"], openid);
  EXPECT_NE(body_of("dev-bob")["openid"], openid);
  EXPECT_NE(body_of("dev-alice.3", "wx2")["openid"], openid);
}

TEST_F(Simulator, MakesANewSessionKeyAtEveryLogin) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i)
    keys.insert(body_of("dev-alice." + std::to_string(i))["session_key"]);
  EXPECT_EQ(keys.size(), 100U);
}

TEST_F(Simulator, GivesAUnionidToThoseWhoseNameBeginsSo) {
  EXPECT_FALSE(body_of("dev-alice").contains("unionid"));
  const auto here = body_of("dev-union-carol.1", "wx1");
  const auto there = body_of("dev-union-carol.2", "wx2");
  EXPECT_THAT(here["unionid"].get<std::string>(), testing::SizeIs(28));
  EXPECT_EQ(here["unionid"], there["unionid"]);
  EXPECT_NE(here["openid"], there["openid"]);
  EXPECT_NE(here["unionid"], body_of("dev-union-dave")["unionid"]);
}

TEST_F(Simulator, DecodesTheQuery) {
  EXPECT_EQ(body_of("dev%2Dalice%2E1")["openid"], body_of("dev-alice.2")["openid"]);
  EXPECT_EQ(errcode_of("dev-alice+bob"), 40029) << "a plus is a space, which no name has";
  EXPECT_EQ(errcode_of("dev-alice%"), 40029);
  EXPECT_EQ(errcode_of("dev-alice%4"), 40029);
  EXPECT_EQ(errcode_of("dev-alice%+1"), 40029);
}

TEST_F(Simulator, TakesEachExactCodeOnceWithinItsFiveMinutes) {
  EXPECT_EQ(errcode_of("dev-alice"), 0);
  EXPECT_EQ(errcode_of("dev-alice"), 40163);
  EXPECT_EQ(errcode_of("dev-alice."), 0);
  EXPECT_EQ(errcode_of("dev-alice.2"), 0);
  EXPECT_EQ(errcode_of("dev-bob"), 0);
  clock_.advance(299s);
  EXPECT_EQ(errcode_of("dev-alice"), 40163);
  clock_.advance(1s);
  EXPECT_EQ(errcode_of("dev-alice"), 0);
}

struct login_code {
  std::string code;
  int errcode;
};

TEST_F(Simulator, AnswersTheErrcodeThatACodeAsksForAnd40029ToNonsense) {
  const std::vector<login_code> cases{
      {"err-40163", 40163},
      {"err-45011.anything", 45011},
      {"err--1", -1},
      {"err-99999", 99999},
      {"err-", 40029},
      {"err-4x", 40029},
      {"err-99999999999", 40029},
      {"fault-", 40029},
      {"fault-unheard-of", 40029},
      {"dev-", 40029},
      {"dev-.1", 40029},
      {"dev-" + std::string(32, 'a'), 0},
      {"dev-" + std::string(33, 'a'), 40029},
      {"dev-%E9%BA%BB", 40029},
      {"dev-a." + std::string(506, 'x'), 0},
      {"dev-a." + std::string(507, 'x'), 40029},
      {"Dev-alice", 40029},
      {"0a1b2c", 40029},
  };
  for (const auto& [code, errcode] : cases)
    EXPECT_EQ(errcode_of(code), errcode) << code;
  EXPECT_EQ(errcode_of("err-40163"), 40163) << "an error is no use of a code";
}

TEST_F(Simulator, EndsEveryErrmsgWithARid) {
  const auto reply = log_in("err-40029");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/plain");
  EXPECT_THAT(json::parse(reply.body)["errmsg"].get<std::string>(),
              MatchesRegex("invalid code, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"));
  EXPECT_NE(log_in("err-40029").body, reply.body);
}

struct incomplete {
  const char* method;
  const char* query;
  int errcode;
};

TEST_F(Simulator, TellsWhichParameterIsMissing) {
  const incomplete cases[] = {
      {"GET", "", 41002},
      {"GET", "?", 41002},
      {"GET", "?appid=&secret=s&js_code=dev-a&grant_type=authorization_code", 41002},
      {"GET", "?secret=s&js_code=dev-a&grant_type=authorization_code", 41002},
      {"GET", "?appid=wx1&js_code=dev-a&grant_type=authorization_code", 41004},
      {"GET", "?appid=wx1&secret=s&grant_type=authorization_code", 41008},
      {"GET", "?appid=wx1&secret=s&js_code&grant_type=authorization_code", 41008},
      {"GET", "?appid=wx1&secret=s&js_code=dev-a", 40002},
      {"GET", "?appid=wx1&secret=s&js_code=dev-a&grant_type=client_credential", 40002},
      {"POST", "?appid=wx1&secret=s&js_code=dev-a&grant_type=authorization_code", 43001},
  };
  for (const auto& [method, query, errcode] : cases) {
    const auto reply = engine_.handle(method, std::string{"/sns/jscode2session"} + query, {});
    EXPECT_EQ(json::parse(reply.body).value("errcode", 0), errcode) << query;
  }
  EXPECT_EQ(errcode_of("dev-a"), 0) << "an incomplete call is no use of a code";
}

TEST_F(Simulator, HasAWebServersPageForPathsThatAreNotWeChats) {
  for (const char* target : {"/", "", "/sns/jscode2session/", "/sns", "/favicon.ico?x=1"}) {
    const auto reply = get(target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.content_type, "text/html");
  }
}

TEST_F(Simulator, LetsExactlyOneOfManyHaveACode) {
  constexpr int racers = 64;
  std::atomic<int> winners{0};
  std::atomic<int> losers{0};
  std::barrier start{racers};
  std::vector<std::thread> threads;
  for (int i = 0; i < racers; ++i)
    threads.emplace_back([&] {
      start.arrive_and_wait();
      const int errcode = errcode_of("dev-alice.race");
      winners += errcode == 0 ? 1 : 0;
      losers += errcode == 40163 ? 1 : 0;
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, racers - 1);
}

TEST_F(Simulator, IsUnderstoodByTheClient) {
  const auto via = make_simulator_transport(engine_);
  const wechat::app_credentials app{"wx1", secret{"s"}};
  const steady_time deadline = std::chrono::steady_clock::now() + 20s;
  const auto who = wechat::test::log_in(*via, app, "dev-union-eve", deadline);
  ASSERT_TRUE(who) << who.error().cause;
  EXPECT_EQ(who->openid, body_of("dev-union-eve.2")["openid"]);
  EXPECT_EQ(who->unionid, body_of("dev-union-eve.3")["unionid"]);

  const auto again = wechat::test::log_in(*via, app, "dev-union-eve", deadline);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::invalid_code);
  EXPECT_THAT(again.error().cause, testing::HasSubstr(", rid "));

  EXPECT_EQ(via->post("/nothing", "{}", deadline)->status, 404);
}

TEST_F(Simulator, BreaksInEachWayAsTheClientSaysItDoes) {
  const std::map<std::string_view, errc> expected{
      {"html", errc::wechat_bad_reply},
      {"empty", errc::wechat_bad_reply},
      {"truncated", errc::wechat_bad_reply},
      {"500", errc::wechat_unavailable},
      {"502", errc::wechat_unavailable},
      {"missing-openid", errc::wechat_bad_reply},
      {"missing-session-key", errc::wechat_bad_reply},
      {"short-session-key", errc::wechat_bad_reply},
      {"number-openid", errc::wechat_bad_reply},
      {"string-errcode", errc::invalid_code},
  };
  ASSERT_EQ(all_faults().size(), expected.size());
  const auto via = make_simulator_transport(engine_);
  const wechat::app_credentials app{"wx1", secret{"s"}};
  for (const auto kind : all_faults()) {
    ASSERT_TRUE(expected.contains(kind)) << kind;
    for (const char* suffix : {"", ".anything"}) {
      const auto answer = wechat::test::log_in(*via, app, "fault-" + std::string{kind} + suffix,
                                               std::chrono::steady_clock::now() + 20s);
      ASSERT_FALSE(answer) << kind;
      EXPECT_EQ(answer.error().code, expected.at(kind)) << kind;
    }
  }
}

TEST(UsedCodes, ForgetTheOldestWhenTheyAreTooMany) {
  const utc_time now = from_unix_micros(0);
  used_codes used{3, 300s};
  for (const char* code : {"a", "b", "c"})
    EXPECT_TRUE(used.claim(code, now));
  EXPECT_FALSE(used.claim("a", now)) << "three have room";
  EXPECT_TRUE(used.claim("d", now));
  EXPECT_FALSE(used.claim("b", now));
  EXPECT_FALSE(used.claim("c", now));
  EXPECT_FALSE(used.claim("d", now));
  EXPECT_TRUE(used.claim("a", now)) << "it was the oldest";
}

TEST(UsedCodes, ForgetWhatIsOlderThanItsLifetime) {
  const utc_time start = from_unix_micros(0);
  used_codes used{1000, 300s};
  EXPECT_TRUE(used.claim("a", start));
  EXPECT_TRUE(used.claim("b", start + 200s));
  EXPECT_FALSE(used.claim("a", start + 299s));
  EXPECT_TRUE(used.claim("a", start + 300s));
  EXPECT_FALSE(used.claim("b", start + 300s));
}

} // namespace
} // namespace maque::wechat_simulator

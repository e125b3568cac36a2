#include "simulated.hpp"
#include "wechat/user_data.hpp"
#include "wechat_simulator/control.hpp"

#include <gmock/gmock.h>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

class SimulatorControl : public Simulated {
protected:
  answer order(const std::string& method, const std::string& target, const std::string& body) {
    return control_.handle(method, target, body);
  }

  json tell(const std::string& path, const json& body) {
    const auto given = order("POST", "/simulator/" + path, body.dump());
    EXPECT_EQ(given.reply.status, 200) << given.reply.body;
    return json::parse(given.reply.body);
  }

  json show(const std::string& path) {
    return json::parse(order("GET", "/simulator/" + path, {}).reply.body);
  }

  control control_{engine_};
};

TEST_F(SimulatorControl, MakesCallsSlowOrFail) {
  tell("latency", {{"ms", 50}, {"endpoint", "/sns/jscode2session"}});
  tell("errors", {{"errcode", 45011}, {"calls", 1}});
  tell("errors", {{"status", 502}, {"calls", 1}, {"rate", 1}});
  tell("errors", {{"fault", "empty"}});
  const auto ask_once = [&] { return engine_.answer_to("GET", "/sns/jscode2session", {}); };
  const auto first = ask_once();
  EXPECT_EQ(first.latency, 50ms);
  EXPECT_EQ(errcode(json::parse(first.reply.body)), 45011);
  EXPECT_EQ(ask_once().reply.status, 502);
  EXPECT_EQ(ask_once().reply.body, "");
  EXPECT_EQ(order("DELETE", "/simulator/errors", {}).reply.status, 200);
  EXPECT_EQ(errcode(json::parse(ask_once().reply.body)), 41002);
}

TEST_F(SimulatorControl, EndsTokensAndSetsTheirLifetime) {
  const std::string first = token();
  EXPECT_EQ(tell("tokens/invalidate", {{"appid", "wx2"}})["invalidated"], 0);
  EXPECT_EQ(tell("tokens/invalidate", json::object())["invalidated"], 1);
  tell("tokens/lifetime", {{"seconds", 60}});
  EXPECT_EQ(stable_token()["expires_in"], 60);
  EXPECT_EQ(show("stats")["tokens_made"], 2);
}

TEST_F(SimulatorControl, SetsQuotasAndShowsWhatIsUsed) {
  tell("quota", {{"endpoint", "/sns/jscode2session"}, {"daily", 1}});
  EXPECT_EQ(errcode(log_in("dev-a")), 0);
  EXPECT_EQ(errcode(log_in("dev-b")), 45009);
  EXPECT_EQ(show("quota?appid=wx1")["/sns/jscode2session"],
            (json{{"daily", 1}, {"minute", 0}, {"used_today", 1}}));
  const auto counted = show("stats")["endpoints"]["/sns/jscode2session"];
  EXPECT_EQ(counted, (json{{"calls", 2}, {"refusals", 1}, {"mishaps", 0}}));
}

TEST_F(SimulatorControl, MovesTheClockAndSetsItBack) {
  const std::string first = token();
  EXPECT_EQ(tell("clock", {{"advance_s", 7000}})["clock_ahead_s"], 7000);
  EXPECT_EQ(tell("clock", {{"advance_s", 200}})["clock_ahead_s"], 7200);
  EXPECT_NE(token(), first);
  EXPECT_EQ(tell("clock", {{"ahead_s", 10}})["clock_ahead_s"], 10);
  tell("reset", json::object());
  EXPECT_EQ(show("stats")["clock_ahead_s"], 0);
}

TEST_F(SimulatorControl, MintsCodes) {
  const auto login = tell("codes", {{"appid", "wx1"}, {"name", "alice"}});
  EXPECT_EQ(login["expires_in"], 300);
  EXPECT_EQ(log_in(login["code"])["openid"], openid_of("alice"));
  const auto phone = tell("codes", {{"appid", "wx1"}, {"phone", "44-7700900123"}});
  const auto told = call("/wxa/business/getuserphonenumber", {{"code", phone["code"]}});
  EXPECT_EQ(told["phone_info"]["phoneNumber"], "+447700900123");
}

TEST_F(SimulatorControl, NamesAppsAndPages) {
  tell("apps", {{"appid", "wx1"}, {"secret", "s"}});
  EXPECT_EQ(errcode(log_in("dev-a", "wx2")), 40013);
  tell("pages", {{"pages", {"pages/index/index"}}});
  EXPECT_EQ(errcode(call("/wxa/generate_urllink", {{"path", "pages/none"}})), 40165);
}

TEST_F(SimulatorControl, CountsConsentsAndShowsWhatWasSent) {
  const std::string openid = openid_of("alice");
  tell("subscriptions",
       {{"appid", "wx1"}, {"name", "alice"}, {"template_id", "t"}, {"messages", 1}});
  const json message{
      {"touser", openid}, {"template_id", "t"}, {"data", {{"thing1", {{"value", "x"}}}}}};
  EXPECT_EQ(errcode(call("/cgi-bin/message/subscribe/send", message)), 0);
  EXPECT_EQ(errcode(call("/cgi-bin/message/subscribe/send", message)), 43101);
  const auto sent = show("messages")["messages"];
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0]["openid"], openid);
  EXPECT_EQ(sent[0]["request"], message);
  tell("subscriptions", {{"usual", 0}, {"template_prefix", "u"}});
  json other = message;
  other["template_id"] = "u1";
  EXPECT_EQ(errcode(call("/cgi-bin/message/subscribe/send", other)), 43101);
  EXPECT_EQ(errcode(call("/cgi-bin/message/subscribe/send", message)), 40037);
}

TEST_F(SimulatorControl, EncryptsForAUser) {
  const auto user = log_in("dev-alice");
  const auto made =
      tell("encrypt", {{"appid", "wx1"}, {"name", "alice"}, {"data", {{"nickName", "Band"}}}});
  EXPECT_EQ(made["openid"], user["openid"]);
  const secret key{user["session_key"].get<std::string>()};
  EXPECT_TRUE(wechat::decrypt_user_data(made["encryptedData"].get<std::string>(),
                                        made["iv"].get<std::string>(), key, "wx1"));
  EXPECT_TRUE(wechat::is_signed(made["rawData"].get<std::string>(),
                                made["signature"].get<std::string>(), key));
}

struct bad_control {
  const char* method;
  const char* target;
  const char* body;
  int status;
};

TEST_F(SimulatorControl, RefusesWhatMakesNoSense) {
  const bad_control cases[] = {
      {"GET", "/simulator/nothing", "", 404},
      {"GET", "/simulator/reset", "", 405},
      {"POST", "/simulator/reset", "[", 400},
      {"POST", "/simulator/latency", R"({"ms":-1})", 400},
      {"POST", "/simulator/latency", R"({"ms":1,"endpoint":"/none"})", 400},
      {"POST", "/simulator/errors", R"({})", 400},
      {"POST", "/simulator/errors", R"({"fault":"unheard-of"})", 400},
      {"POST", "/simulator/errors", R"({"errcode":-1,"calls":0})", 400},
      {"POST", "/simulator/errors", R"({"errcode":-1,"rate":2})", 400},
      {"POST", "/simulator/quota", R"({"daily":1})", 400},
      {"GET", "/simulator/quota", "", 400},
      {"POST", "/simulator/clock", R"({"advance_s":99999999999})", 400},
      {"POST", "/simulator/apps", R"({"appid":"wx1"})", 400},
      {"POST", "/simulator/codes", R"({"appid":"wx1","name":"a b"})", 400},
      {"POST", "/simulator/pages", R"({"pages":1})", 400},
      {"POST", "/simulator/encrypt", R"({"appid":"wx1","name":"nobody","data":{}})", 400},
      {"POST", "/simulator/encrypt", R"({"appid":"wx1","name":"nobody"})", 400},
  };
  for (const auto& [method, target, body, status] : cases) {
    const auto given = order(method, target, body);
    EXPECT_EQ(given.reply.status, status) << target << ' ' << body;
    EXPECT_TRUE(json::parse(given.reply.body).contains("error")) << given.reply.body;
  }
}

} // namespace
} // namespace maque::wechat_simulator

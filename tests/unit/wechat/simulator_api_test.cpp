#include "simulated.hpp"
#include "wechat_simulator/png.hpp"
#include "wechat_simulator/signatures.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class SimulatorApi : public Simulated {
protected:
  json phone(const std::string& code) {
    return call("/wxa/business/getuserphonenumber", {{"code", code}});
  }

  json session(const std::string& path, const std::string& openid, const std::string& key) {
    return ask(path + "?access_token=" + token() + "&openid=" + openid +
               "&signature=" + sign_session(key) + "&sig_method=hmac_sha256");
  }

  json message(const std::string& openid, const json& data,
               const std::string& template_id = "tmpl1") {
    return call("/cgi-bin/message/subscribe/send",
                {{"touser", openid}, {"template_id", template_id}, {"data", data}});
  }
};

struct phone_case {
  const char* code;
  const char* number;
  const char* local;
  const char* country;
};

TEST_F(SimulatorApi, GivesAPhoneNumberForACodeOnce) {
  const phone_case cases[] = {
      {"phone-13800138000", "13800138000", "13800138000", "86"},
      {"phone-13800138000.2", "13800138000", "13800138000", "86"},
      {"phone-44-7700900123", "+447700900123", "7700900123", "44"},
  };
  for (const auto& [code, number, local, country] : cases) {
    const auto info = phone(code).at("phone_info");
    EXPECT_EQ(info["phoneNumber"], number) << code;
    EXPECT_EQ(info["purePhoneNumber"], local);
    EXPECT_EQ(info["countryCode"], country);
    EXPECT_EQ(info["watermark"], (json{{"appid", "wx1"}, {"timestamp", 1'700'000'000}}));
    EXPECT_EQ(errcode(phone(code)), 40029) << code;
  }
}

TEST_F(SimulatorApi, GivesNoPhoneNumberForACodeOfAnotherKind) {
  for (const char* code :
       {"", "dev-alice", "phone-", "phone-x", "phone-1-", "phone-1234567890123456"})
    EXPECT_EQ(errcode(phone(code)), 40029) << code;
  EXPECT_EQ(errcode(phone("err-45011")), 45011);
  EXPECT_EQ(errcode(log_in("phone-13800138000")), 40029);
}

TEST_F(SimulatorApi, ChecksASessionKeyByItsSignature) {
  const auto user = log_in("dev-alice");
  const std::string openid = user["openid"];
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, user["session_key"])), 0);
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, "another")), 87009);
  const auto again = log_in("dev-alice.2");
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, user["session_key"])), 87009)
      << "the next login has another key";
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, again["session_key"])), 0);
}

TEST_F(SimulatorApi, ResetsASessionKey) {
  const auto user = log_in("dev-alice");
  const std::string openid = user["openid"];
  const auto reset = session("/wxa/resetusersessionkey", openid, user["session_key"]);
  EXPECT_EQ(reset["openid"], openid);
  EXPECT_NE(reset["session_key"], user["session_key"]);
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, user["session_key"])), 87009);
  EXPECT_EQ(errcode(session("/wxa/checksession", openid, reset["session_key"])), 0);
  EXPECT_EQ(errcode(session("/wxa/resetusersessionkey", openid, user["session_key"])), 87009);
}

TEST_F(SimulatorApi, KeepsTheUsersOfMiniProgramsApart) {
  const auto theirs = log_in("dev-alice", "wx2");
  EXPECT_EQ(errcode(session("/wxa/checksession", theirs["openid"], theirs["session_key"])), 43104);
  EXPECT_EQ(errcode(session("/wxa/checksession", "nobody", theirs["session_key"])), 40003);
}

struct text_case {
  std::string content;
  const char* suggest; // or the errcode if it is null
  int code;
};

TEST_F(SimulatorApi, JudgesATextByItsWords) {
  const std::string openid = openid_of("alice");
  const std::vector<text_case> cases{
      {"hello", "pass", 100},
      {"something risky", "risky", 20001},
      {"for review", "review", 21000},
      {std::string(2500, 'x'), "pass", 100},
      {std::string(2501, 'x'), nullptr, 45002},
      {"", nullptr, 44002},
  };
  for (const auto& [content, suggest, code] : cases) {
    const auto answered =
        call("/wxa/msg_sec_check",
             {{"content", content}, {"version", 2}, {"scene", 1}, {"openid", openid}});
    if (suggest == nullptr) {
      EXPECT_EQ(errcode(answered), code) << content.size();
      continue;
    }
    EXPECT_EQ(answered["result"], (json{{"suggest", suggest}, {"label", code}})) << content;
    EXPECT_FALSE(answered["trace_id"].get<std::string>().empty());
  }
}

TEST_F(SimulatorApi, ChecksTextsOfUsersOfTheLastTwoHoursOnly) {
  const std::string openid = openid_of("alice");
  const json text{{"content", "x"}, {"version", 2}, {"scene", 4}, {"openid", openid}};
  clock_.advance(2h - 1s);
  EXPECT_EQ(errcode(call("/wxa/msg_sec_check", text)), 0);
  clock_.advance(1s);
  EXPECT_EQ(errcode(call("/wxa/msg_sec_check", text)), 61010);

  json changed = text;
  changed["scene"] = 5;
  EXPECT_EQ(errcode(call("/wxa/msg_sec_check", changed)), 40129);
  changed = text;
  changed["openid"] = openid_of("alice", "wx2");
  EXPECT_EQ(errcode(call("/wxa/msg_sec_check", changed)), 43104);
}

TEST_F(SimulatorApi, SendsAsManyMessagesAsTheUserAgreedTo) {
  const std::string openid = openid_of("alice");
  const json data{{"thing1", {{"value", "tea"}}}};
  engine_.state().messages.allow(openid, "tmpl1", 2);
  EXPECT_EQ(errcode(message(openid, data)), 0);
  EXPECT_EQ(errcode(message(openid, data)), 0);
  EXPECT_EQ(errcode(message(openid, data)), 43101);
  EXPECT_EQ(errcode(message(openid, data, "tmpl2")), 0) << "each template has its own";

  const auto sent = engine_.state().messages.sent();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].openid, openid);
  EXPECT_EQ(sent[2].template_id, "tmpl2");
  EXPECT_EQ(json::parse(sent[0].request)["data"], data);
}

struct keyword_case {
  const char* keyword;
  std::string value;
  bool good;
};

TEST_F(SimulatorApi, NamesTheKeywordOfAMessageThatIsNoGood) {
  const std::string openid = openid_of("alice");
  const std::vector<keyword_case> cases{
      {"thing1", std::string(20, 'x'), true},
      {"thing1", std::string(21, 'x'), false},
      {"thing2", "二十个字以内的中文", true},
      {"number3", "12.5", true},
      {"number3", "twelve", false},
      {"phrase4", "已发货", true},
      {"phrase4", "已经发货了吗", false},
      {"letter5", "abc1", false},
      {"thing1", "", false},
      {"thing", "x", false},
      {"unheard1", "x", false},
  };
  for (const auto& [keyword, value, good] : cases) {
    const auto answered = message(openid, {{keyword, {{"value", value}}}});
    EXPECT_EQ(errcode(answered), good ? 0 : 47003) << keyword << ' ' << value;
    if (good) continue;
    EXPECT_THAT(answered["errmsg"].get<std::string>(),
                StartsWith("argument invalid! data." + std::string{keyword} + ".value invalid"));
  }
}

TEST_F(SimulatorApi, RefusesAMessageToNobodyOrOfAnotherTemplate) {
  const std::string openid = openid_of("alice");
  const json data{{"thing1", {{"value", "tea"}}}};
  EXPECT_EQ(errcode(message("nobody", data)), 40003);
  EXPECT_EQ(errcode(message(openid, json::object())), 47003);
  engine_.state().messages.set_template_prefix("tmpl");
  EXPECT_EQ(errcode(message(openid, data)), 0);
  EXPECT_EQ(errcode(message(openid, data, "other")), 40037);
  EXPECT_EQ(engine_.state().messages.sent().size(), 1U);
}

TEST_F(SimulatorApi, DrawsAPictureOfTheWidthThatWasAskedFor) {
  const auto target = "/wxa/getwxacodeunlimit?access_token=" + token();
  const auto usual = engine_.handle("POST", target, R"({"scene":"a=1"})");
  EXPECT_EQ(usual.content_type, "image/png");
  EXPECT_THAT(usual.body, StartsWith("\x89PNG\r\n\x1A\n"));
  EXPECT_EQ(usual.body.substr(16, 8), std::string("\0\0\x01\xAE\0\0\x01\xAE", 8)) << "430 x 430";
  const auto wide = engine_.handle("POST", target, R"({"scene":"a=1","width":1280})");
  EXPECT_EQ(wide.body.substr(16, 4), std::string("\0\0\x05\0", 4));
  EXPECT_NE(engine_.handle("POST", target, R"({"scene":"a=2"})").body, usual.body);
  const auto clear = engine_.handle("POST", target, R"({"scene":"a=1","is_hyaline":true})");
  EXPECT_THAT(clear.body, HasSubstr("tRNS"));
}

TEST(SimulatorImage, IsAPngThatOthersDecode) {
  // The bytes that Python's zlib took: each chunk's CRC-32, the stream, 281 rows of 37 bytes.
  const auto png = draw_code(281, 1, true);
  EXPECT_EQ(png.size(), 10'496U);
  EXPECT_EQ(sha1_hex(png), "632e3af62c3c760e97d044ccd83c1a58f84f5496");
}

struct image_case {
  const char* body;
  int errcode;
};

TEST_F(SimulatorApi, RefusesToDrawWhatMakesNoSense) {
  engine_.state().pages.set({"pages/index/index"});
  const image_case cases[] = {
      {R"({})", 40169},
      {R"({"scene":"123456789012345678901234567890123"})", 40169},
      {R"({"scene":"a b"})", 40169},
      {R"({"scene":"a","width":279})", 40097},
      {R"({"scene":"a","width":1281})", 40097},
      {R"({"scene":"a","page":"pages/none"})", 41030},
      {R"({"scene":"a","page":"/pages/index/index","check_path":false})", 41030},
  };
  for (const auto& [body, expected] : cases)
    EXPECT_EQ(errcode(call("/wxa/getwxacodeunlimit", json::parse(body))), expected) << body;
  const auto unchecked = engine_.handle("POST", "/wxa/getwxacodeunlimit?access_token=" + token(),
                                        R"({"scene":"a","page":"pages/none","check_path":false})");
  EXPECT_EQ(unchecked.content_type, "image/png");
}

TEST_F(SimulatorApi, MakesLinksForAtMostThirtyDays) {
  engine_.state().pages.set({"pages/index/index"});
  const json page{{"path", "pages/index/index"}, {"query", "a=1"}};
  const json scheme{{"jump_wxa", page}, {"expire_type", 1}, {"expire_interval", 30}};
  EXPECT_THAT(call("/wxa/generatescheme", scheme)["openlink"].get<std::string>(),
              StartsWith("weixin://dl/business/?t="));
  json link = page;
  link["path"] = "/pages/index/index";
  EXPECT_THAT(call("/wxa/generate_urllink", link)["url_link"].get<std::string>(),
              StartsWith("https://wxaurl.cn/"));
  link["expire_type"] = 1;
  link["expire_interval"] = 31;
  EXPECT_EQ(errcode(call("/wxa/generate_urllink", link)), 85401);
  link = {{"path", "pages/none"}};
  EXPECT_EQ(errcode(call("/wxa/generate_urllink", link)), 40165);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", {{"jump_wxa", link}})), 40165);
  link = {{"query", std::string(1025, 'x')}};
  EXPECT_EQ(errcode(call("/wxa/generate_urllink", link)), 40212);
}

TEST_F(SimulatorApi, CountsCallsAgainstTheirQuota) {
  engine_.state().quotas.set_limits(endpoint::scheme, {.daily = 3, .minute = 2});
  const json body = json::object();
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 0);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 0);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 45011);
  clock_.advance(60s);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 0);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 45009);
  const auto told = call("/cgi-bin/openapi/quota/get", {{"cgi_path", "/wxa/generatescheme"}});
  EXPECT_EQ(told["quota"], (json{{"daily_limit", 3}, {"used", 3}, {"remain", 0}}));
  EXPECT_EQ(told["rate_limit"], (json{{"call_count", 2}, {"refresh_second", 60}}));
  clock_.advance(24h);
  EXPECT_EQ(errcode(call("/wxa/generatescheme", body)), 0);
  EXPECT_EQ(errcode(call("/cgi-bin/openapi/quota/get", {{"cgi_path", "/none"}})), 76021);
  EXPECT_EQ(errcode(call("/cgi-bin/openapi/quota/get", {{"cgi_path", "/sns/jscode2session"}})),
            76022);
}

TEST_F(SimulatorApi, TellsWhatARidWasAbout) {
  const auto failed = call("/wxa/generatescheme", {{"expire_type", 1}});
  const std::string text = failed["errmsg"];
  const std::string rid = text.substr(text.rfind(' ') + 1);
  const auto told = call("/cgi-bin/openapi/rid/get", {{"rid", rid}});
  EXPECT_EQ(told["request"]["request_url"], "/wxa/generatescheme");
  EXPECT_EQ(told["request"]["request_body"], R"({"expire_type":1})");
  EXPECT_EQ(told["request"]["invoke_time"], 1'700'000'000);
  EXPECT_EQ(json::parse(told["request"]["response_body"].get<std::string>()), failed);

  EXPECT_EQ(errcode(call("/cgi-bin/openapi/rid/get", {{"rid", "short"}})), 76002);
  EXPECT_EQ(errcode(call("/cgi-bin/openapi/rid/get", {{"rid", std::string(26, '0')}})), 76001);
  const auto other = post("/cgi-bin/openapi/rid/get?access_token=" + token("wx2"), {{"rid", rid}});
  EXPECT_EQ(errcode(other), 76003);
  clock_.advance(24h * 7);
  EXPECT_EQ(errcode(call("/cgi-bin/openapi/rid/get", {{"rid", rid}})), 76001);
}

TEST_F(SimulatorApi, KeepsNoSecretsForThoseWhoAskForARid) {
  const auto failed =
      post("/cgi-bin/stable_token",
           {{"grant_type", "client_credential"}, {"appid", "wx1"}, {"Secret", "confidential"}});
  const std::string text = failed["errmsg"];
  const auto told = call("/cgi-bin/openapi/rid/get", {{"rid", text.substr(text.rfind(' ') + 1)}});
  EXPECT_EQ(told["request"]["request_url"], "/cgi-bin/stable_token");
  EXPECT_THAT(told.dump(), testing::Not(HasSubstr("confidential")));
}

TEST_F(SimulatorApi, WantsTheMethodAndTheBodyOfThePage) {
  const auto access = "?access_token=" + token();
  EXPECT_EQ(errcode(ask("/wxa/msg_sec_check" + access)), 43002);
  EXPECT_EQ(errcode(post("/wxa/checksession" + access, {})), 43001);
  const auto broken = engine_.handle("POST", "/wxa/msg_sec_check" + access, "{");
  EXPECT_EQ(errcode(json::parse(broken.body)), 47001);
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const auto nested =
      engine_.handle("POST", "/wxa/msg_sec_check" + access, R"({"a":)" + deep + "}");
  EXPECT_EQ(errcode(json::parse(nested.body)), 47001);
}

} // namespace
} // namespace maque::wechat_simulator

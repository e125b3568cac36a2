#include "fakes.hpp"
#include "samples.hpp"
#include "wechat/bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

/// What is read from the replies of each endpoint but code2session, which api_test.cpp is about.
namespace maque::wechat {
namespace {

using nlohmann::json;
using test::scripted_transport;
using test::text_reply;

const test::sample& sample_of(endpoint which) {
  return test::samples().at(static_cast<std::size_t>(which));
}

result<wechat_outcome> answer_to(endpoint which, const std::string& body) {
  scripted_transport via{{text_reply(body)}};
  return call(via, test::sample_app(), sample_of(which).order, test::token_for(which),
              steady_time::max())
      .answer;
}

/// What the sample's good reply is read as.
template <class T>
T read(endpoint which) {
  return std::get<T>(answer_to(which, sample_of(which).good_reply).value());
}

TEST(Replies, AreReadWhole) {
  const auto token = read<access_token_fetched>(endpoint::stable_token);
  EXPECT_EQ(token.token.reveal(), "68_another-token");
  EXPECT_EQ(token.expires_in, std::chrono::seconds{7200});

  EXPECT_EQ(read<phone_number>(endpoint::phone_number),
            (phone_number{"+8613800138000", "13800138000", "86"}));

  EXPECT_TRUE(read<session_key_checked>(endpoint::check_session).valid);

  const auto reset = read<session_key_reset>(endpoint::reset_session_key);
  EXPECT_EQ(reset.openid, "oGZUI0egBJY1zhBYw2KhdUfwVJJE");
  EXPECT_EQ(reset.session_key.reveal(), "AAECAwQFBgcICQoLDA0ODw==");

  const auto text = read<text_checked>(endpoint::msg_sec_check);
  EXPECT_EQ(text.verdict, text_verdict::risky);
  EXPECT_EQ(text.label, 20001);
  EXPECT_EQ(text.trace_id, "60ae120f-371d5872");

  EXPECT_EQ(read<scheme_made>(endpoint::scheme).open_link, "weixin://dl/business/?t=Xxxxxx");
  EXPECT_EQ(read<url_link_made>(endpoint::url_link).url_link, "https://wxaurl.cn/Xxxxxx");

  const auto left = read<quota>(endpoint::quota);
  EXPECT_EQ(left.daily_limit, 100);
  EXPECT_EQ(left.used, 3);
  EXPECT_EQ(left.remain, 97);
}

TEST(Replies, TellTheDetailsOfARid) {
  const auto details = read<rid_details>(endpoint::rid);
  EXPECT_EQ(details.invoked_at, 1635156704);
  EXPECT_EQ(details.cost_ms, 30);
  EXPECT_EQ(details.request_url, "/wxa/x");
  EXPECT_EQ(details.response_body, R"({"errcode":45009,"errmsg":"reach max api daily quota"})");
  EXPECT_EQ(details.client_ip, "113.1.70.51");
}

TEST(Replies, TellNoSecretOfTheCallThatARidIsAbout) {
  auto body = json::parse(sample_of(endpoint::rid).good_reply);
  body["request"]["request_url"] = "access_token=50_Im7xxxx";
  body["request"]["response_body"] = R"({"errcode":0,"access_token":"50_Im7xxxx"})";
  body["request"]["client_ip"] = "113.1.70.51\nforged";
  const auto details = std::get<rid_details>(answer_to(endpoint::rid, body.dump()).value());
  EXPECT_EQ(details.request_url, "");
  EXPECT_EQ(details.response_body, R"({"errcode":0})");
  EXPECT_EQ(details.client_ip, "113.1.70.51?forged");

  body["request"]["response_body"] = "<html>access_token=50_Im7xxxx</html>";
  const auto html = std::get<rid_details>(answer_to(endpoint::rid, body.dump()).value());
  EXPECT_EQ(html.response_body, "");
}

TEST(Replies, OfASessionKeyThatIsNotTheUsersAreNoErrorWhereThatWasTheQuestion) {
  const std::string no = R"({"errcode":87009,"errmsg":"invalid signature"})";
  const auto checked = answer_to(endpoint::check_session, no);
  ASSERT_TRUE(checked);
  EXPECT_FALSE(std::get<session_key_checked>(*checked).valid);

  const auto reset = answer_to(endpoint::reset_session_key, no);
  ASSERT_FALSE(reset);
  EXPECT_EQ(reset.error().code, errc::session_key_missing);
}

struct verdict_case {
  const char* suggest;
  text_verdict verdict;
};

TEST(Replies, HaveOneOfThreeVerdicts) {
  const verdict_case cases[] = {{"pass", text_verdict::pass},
                                {"review", text_verdict::review},
                                {"risky", text_verdict::risky}};
  auto body = json::parse(sample_of(endpoint::msg_sec_check).good_reply);
  for (const auto& [suggest, verdict] : cases) {
    body["result"]["suggest"] = suggest;
    const auto read = answer_to(endpoint::msg_sec_check, body.dump());
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<text_checked>(*read).verdict, verdict);
  }
}

struct image_case {
  std::string bytes;
  std::string content_type;
};

TEST(Replies, HoldAnImageThatIsKnownByItsFirstBytes) {
  using namespace std::string_literals;
  const image_case cases[] = {{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "image/png"},
                              {"\xff\xd8\xff\xe0\0\x10JFIF"s, "image/jpeg"}};
  for (const auto& [bytes, content_type] : cases) {
    const auto read = answer_to(endpoint::code_image, bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<code_image>(*read).content_type, content_type);
    EXPECT_EQ(std::get<code_image>(*read).bytes, bytes);
  }
  for (const char* other : {"GIF89a", "RIFF", R"({"errcode":0,"errmsg":"ok"})"}) {
    const auto read = answer_to(endpoint::code_image, other);
    ASSERT_FALSE(read) << other;
    EXPECT_EQ(read.error().code, errc::wechat_bad_reply);
  }
}

TEST(Replies, HoldAnImageThatIsMuchBiggerThanAnyJson) {
  const std::string big = "\x89PNG\r\n\x1a\n" + std::string(900'000, 'x');
  EXPECT_TRUE(answer_to(endpoint::code_image, big));
}

TEST(Replies, MayHaveANumberForTheCountryCode) {
  auto body = json::parse(sample_of(endpoint::phone_number).good_reply);
  body["phone_info"]["countryCode"] = 86;
  const auto read = answer_to(endpoint::phone_number, body.dump());
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<phone_number>(*read).country_code, "86");
}

struct odd_value {
  endpoint which;
  const char* pointer;
  json value;
};

TEST(Replies, AreRefusedWithAValueThatIsOutOfItsRange) {
  const odd_value all[] = {
      {endpoint::stable_token, "/access_token", ""},
      {endpoint::stable_token, "/access_token", "a b"},
      {endpoint::stable_token, "/access_token", "a\r\nX: y"},
      {endpoint::stable_token, "/access_token", std::string(1025, 'a')},
      {endpoint::stable_token, "/expires_in", 0},
      {endpoint::stable_token, "/expires_in", -7200},
      {endpoint::stable_token, "/expires_in", 7201},
      {endpoint::stable_token, "/expires_in", UINT64_MAX},
      {endpoint::phone_number, "/phone_info/phoneNumber", "1380013800a"},
      {endpoint::phone_number, "/phone_info/phoneNumber", std::string(33, '1')},
      {endpoint::phone_number, "/phone_info/purePhoneNumber", ""},
      {endpoint::phone_number, "/phone_info/countryCode", "eighty-six"},
      {endpoint::phone_number, "/phone_info/countryCode", UINT64_MAX},
      {endpoint::phone_number, "/phone_info/watermark/appid", "wx0000000000000002"},
      {endpoint::reset_session_key, "/session_key", "c2hvcnQ="},
      {endpoint::reset_session_key, "/openid", "o\nforged"},
      {endpoint::msg_sec_check, "/result/suggest", "unknown"},
      {endpoint::msg_sec_check, "/result/label", 4294967296},
      {endpoint::msg_sec_check, "/trace_id", std::string(65, 'x')},
      {endpoint::scheme, "/openlink", "javascript:alert(1)"},
      {endpoint::scheme, "/openlink", "weixin://a b"},
      {endpoint::scheme, "/openlink", "weixin://" + std::string(512, 'x')},
      {endpoint::url_link, "/url_link", "http://wxaurl.cn/x"},
      {endpoint::url_link, "/url_link", "https://wxaurl.cn/\n"},
      {endpoint::quota, "/quota/remain", -1},
      {endpoint::quota, "/quota/used", "many"},
      {endpoint::rid, "/request/invoke_time", -1},
      {endpoint::rid, "/request/request_url", 1},
      {endpoint::rid, "/request/response_body", 1},
      {endpoint::rid, "/request/client_ip", 1},
  };
  for (const auto& [which, pointer, value] : all) {
    auto body = json::parse(sample_of(which).good_reply);
    body[json::json_pointer{pointer}] = value;
    const auto read = answer_to(which, body.dump());
    ASSERT_FALSE(read) << to_string(which) << pointer;
    EXPECT_EQ(read.error().code, errc::wechat_bad_reply) << to_string(which) << pointer;
  }
}

TEST(Replies, HoldTheLongestAccessTokenThatWeKeepRoomFor) {
  auto body = json::parse(sample_of(endpoint::stable_token).good_reply);
  body["access_token"] = std::string(bounds::access_token_bytes, 'a');
  EXPECT_TRUE(answer_to(endpoint::stable_token, body.dump()));
}

} // namespace
} // namespace maque::wechat

#include "domain/limits.hpp"
#include "http/wechat_orders.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace maque::http {
namespace {

using ::testing::StartsWith;

const wechat_apps two_apps{
    {{.appid = "wxone", .app_secret = secret{"a"}}, {.appid = "wxtwo", .app_secret = secret{"b"}}}};

request with_body(const std::string& body) {
  request made;
  made.set_method("POST");
  made.add_field("Content-Type", "application/json");
  made.append_body(body);
  return made;
}

template <class Order>
using reading = result<Order> (*)(const request&, const wechat_apps&);

/// "invalid_field: why"
template <class Order>
std::string refusal_of(reading<Order> read, const std::string& body) {
  const auto order = read(with_body(body), two_apps);
  if (order) return "taken";
  return std::string{info(order.error().code).name} + ": " + order.error().hint;
}

struct refused_case {
  std::string body;
  std::string why; ///< What the refusal begins with.
};

template <class Order>
void expect_refused(reading<Order> read, const std::vector<refused_case>& cases) {
  for (const auto& [body, why] : cases)
    EXPECT_THAT(refusal_of(read, body), StartsWith(why)) << body;
}

/// The body of a request with one member more, or another one.
std::string with_member(const std::string& base, const std::string& member) {
  return "{" + base + (base.empty() || member.empty() ? "" : ",") + member + "}";
}

} // namespace

TEST(WechatOrders, HaveNoOtherFieldsAndAnAppOfThisServer) {
  const std::vector<refused_case> cases{
      {R"({"appid":"wxthree"})", "invalid_field: appid: not a mini-program"},
      {R"({"appid":""})", "invalid_field: appid: "},
      {R"({"appid":1})", "invalid_field: appid: has to be a string"},
      {R"({"surprise":1})", "invalid_field: surprise: unknown field"},
      {"[]", "invalid_json"},
      {"", "invalid_json"}};
  expect_refused<make_scheme>(read_scheme, cases);
  expect_refused<make_url_link>(read_url_link, cases);
  EXPECT_EQ(read_scheme(with_body("{}"), two_apps)->appid, "wxone");
  EXPECT_EQ(read_scheme(with_body(R"({"appid":"wxtwo"})"), two_apps)->appid, "wxtwo");
}

// Subscribe messages -----------------------------------------------------------------------------

const std::string message_base = R"("openid":"o1","template_id":"T-_1")";
const std::string message_data =
    R"("data":{"thing1":{"value":"a \"b\" 雀\n"},"time2":{"value":""}})";

TEST(SubscribeMessages, AreReadWithAllTheirFields) {
  const auto order = read_subscribe_message(
      with_body(with_member(
          message_base + R"(,"page":"pages/a?b=c","version":"trial","language":"en_US")",
          R"("data" : { "thing1" : {"value": "a \"b\" 雀\n"} , "time2":{ "value" : "" } } )")),
      two_apps);
  ASSERT_TRUE(order) << order.error().hint;
  EXPECT_EQ(order->appid, "wxone");
  EXPECT_EQ(order->openid, "o1");
  EXPECT_EQ(order->template_id, "T-_1");
  EXPECT_EQ(order->data_json, R"({"thing1":{"value":"a \"b\" 雀\n"},"time2":{"value":""}})");
  EXPECT_EQ(order->page, "pages/a?b=c");
  EXPECT_EQ(order->version, program_version::trial);
  EXPECT_EQ(order->language, "en_US");
}

TEST(SubscribeMessages, NeedThreeFields) {
  const auto order =
      read_subscribe_message(with_body(with_member(message_base, message_data)), two_apps);
  ASSERT_TRUE(order) << order.error().hint;
  EXPECT_EQ(order->page, "");
  EXPECT_EQ(order->version, program_version::release);
  EXPECT_EQ(order->language, "");
  expect_refused<send_subscribe_message>(
      read_subscribe_message,
      {{"{}", "invalid_field: openid: missing"},
       {R"({"openid":"o1"})", "invalid_field: template_id: missing"},
       {with_member(message_base, ""), "invalid_field: data: missing"},
       {R"({"openid":"","template_id":"T","data":{"a1":{"value":"x"}}})",
        "invalid_field: openid: has to be visible"},
       {R"({"openid":"雀","template_id":"T","data":{"a1":{"value":"x"}}})",
        "invalid_field: openid: has to be visible"},
       {R"({"openid":"o","template_id":"T 1","data":{"a1":{"value":"x"}}})",
        "invalid_field: template_id: has to be visible"},
       {R"({"openid":")" + std::string(65, 'o') + R"("})", "invalid_field: openid: longer than"}});
}

TEST(SubscribeMessages, HaveATextForEachKeywordAndNothingElse) {
  const std::string wrong = "invalid_field: data: has to have an object";
  const std::vector<refused_case> cases{
      {R"("data":"x")", "invalid_field: data: has to be an object"},
      {R"("data":[{"a1":{"value":"x"}}])", "invalid_field: data: has to be an object"},
      {R"("data":null)", "invalid_field: data: has to be an object"},
      {R"("data":{})", "invalid_field: data: has to have a keyword"},
      {R"("data":{"a1":"x"})", wrong},
      {R"("data":{"a1":{}})", wrong},
      {R"("data":{"a1":{"value":1}})", wrong},
      {R"("data":{"a1":{"value":true}})", wrong},
      {R"("data":{"a1":{"value":["x"]}})", wrong},
      {R"("data":{"a1":{"value":"x","color":"#fff"}})", wrong},
      {R"("data":{"a1":{"text":"x"}})", wrong},
      {R"("data":{"a1":[1.5,null,{"b":[]}]})", wrong},
      {R"("data":{"a-1":{"value":"x"}})", "invalid_field: data: has what is no keyword"},
      {R"("data":{"":{"value":"x"}})", "invalid_field: data: has what is no keyword"},
      {R"("data":{")" + std::string(33, 'a') + R"(":{"value":"x"}})",
       "invalid_field: data: has what is no keyword"},
      {R"("data":{"a1":{"value":"x"},"a1":{"value":"y"}})", "invalid_json: duplicate field a1"},
      {R"("data":{"a1":{"value":"x","value":"y"}})", "invalid_json: duplicate field value"},
      {R"("data":{"a1":{"value":")" + std::string(limits::template_data_bytes, 'x') + R"("}})",
       "invalid_field: data: longer than"}};
  for (const auto& [member, why] : cases)
    EXPECT_THAT(refusal_of<send_subscribe_message>(read_subscribe_message,
                                                   with_member(message_base, member)),
                StartsWith(why))
        << member;
}

TEST(SubscribeMessages, HaveAVersionAndALanguageThatWechatKnows) {
  const std::string base = message_base + "," + message_data;
  const std::vector<refused_case> cases{
      {R"("version":"formal")", "invalid_field: version: "},
      {R"("version":"")", "invalid_field: version: "},
      {R"("version":1)", "invalid_field: version: "},
      {R"("language":"en")", "invalid_field: language: "},
      {R"("page":"a\nb")", "invalid_field: page: has control characters"},
      {R"("page":")" + std::string(1025, 'p') + R"(")", "invalid_field: page: longer than"}};
  for (const auto& [member, why] : cases)
    EXPECT_THAT(
        refusal_of<send_subscribe_message>(read_subscribe_message, with_member(base, member)),
        StartsWith(why))
        << member;
}

// Texts ------------------------------------------------------------------------------------------

TEST(TextChecks, AreReadWithAllTheirFields) {
  const auto order = read_text_check(
      with_body(
          R"({"openid":"o1","content":"a\nb\t雀","scene":1,"title":"t","nickname":"n","signature":"s"})"),
      two_apps);
  ASSERT_TRUE(order) << order.error().hint;
  EXPECT_EQ(order->content, "a\nb\t雀");
  EXPECT_EQ(order->scene, 1);
  EXPECT_EQ(order->title + order->nickname + order->signature, "tns");
  EXPECT_EQ(read_text_check(with_body(R"({"openid":"o1","content":"x"})"), two_apps)->scene, 2);
}

TEST(TextChecks, HaveWechatsBounds) {
  const std::string base = R"({"openid":"o1","content":")";
  std::string longest;
  for (std::size_t i = 0; i < limits::checked_text_characters; ++i)
    longest += "\xF0\x9F\x90\xA6";
  EXPECT_TRUE(read_text_check(with_body(base + longest + R"("})"), two_apps));
  expect_refused<check_text>(
      read_text_check,
      {{base + std::string(limits::checked_text_characters + 1, 'x') + R"("})",
        "invalid_field: content: longer than 2500 characters"},
       {base + longest + R"(x"})", "invalid_field: content: longer than"},
       {base + R"("})", "invalid_field: content: has to be a text"},
       {R"({"openid":"o1"})", "invalid_field: content: has to be a text"},
       {R"({"openid":"o1","content":1})", "invalid_field: content: has to be a string"},
       {R"({"content":"x"})", "invalid_field: openid: missing"},
       {base + R"(x","scene":0})", "invalid_field: scene: has to be a whole number from 1 to 4"},
       {base + R"(x","scene":5})", "invalid_field: scene: "},
       {base + R"(x","scene":-1})", "invalid_field: scene: "},
       {base + R"(x","scene":18446744073709551615})", "invalid_field: scene: "},
       {base + R"(x","scene":2.0})", "invalid_field: scene: "},
       {base + R"(x","scene":"2"})", "invalid_field: scene: "},
       {base + R"(x","scene":null})", "invalid_field: scene: "},
       {base + R"(x","scene":3,"signature":"s"})", "invalid_field: signature: is for scene 1"}});
}

// Codes ------------------------------------------------------------------------------------------

TEST(CodeImages, AreReadWithAllTheirFields) {
  const auto order = read_code_image(
      with_body(
          R"({"scene":"a=1&b=2","page":"pages/a","check_path":false,"version":"develop","width":1280,"is_hyaline":true})"),
      two_apps);
  ASSERT_TRUE(order) << order.error().hint;
  EXPECT_EQ(order->scene, "a=1&b=2");
  EXPECT_EQ(order->page, "pages/a");
  EXPECT_FALSE(order->check_path);
  EXPECT_EQ(order->version, program_version::develop);
  EXPECT_EQ(order->width, 1280);
  EXPECT_TRUE(order->is_hyaline);

  const auto usual = read_code_image(with_body(R"({"scene":"1"})"), two_apps);
  ASSERT_TRUE(usual);
  EXPECT_TRUE(usual->check_path);
  EXPECT_EQ(usual->version, program_version::release);
  EXPECT_EQ(usual->width, 430);
  EXPECT_FALSE(usual->is_hyaline);
}

TEST(CodeImages, HaveWechatsBounds) {
  EXPECT_TRUE(read_code_image(with_body(R"({"scene":"!#$&'()*+,/:;=?@-._~09azAZ","width":280})"),
                              two_apps));
  EXPECT_TRUE(
      read_code_image(with_body(R"({"scene":")" + std::string(32, 's') + R"("})"), two_apps));
  expect_refused<make_code_image>(
      read_code_image,
      {{"{}", "invalid_field: scene: missing"},
       {R"({"scene":""})", "invalid_field: scene: has to have letters"},
       {R"({"scene":"a b"})", "invalid_field: scene: has to have letters"},
       {R"({"scene":"a%20b"})", "invalid_field: scene: has to have letters"},
       {R"({"scene":"雀"})", "invalid_field: scene: has to have letters"},
       {R"({"scene":")" + std::string(33, 's') + R"("})", "invalid_field: scene: longer than 32"},
       {R"({"scene":"1","page":"/pages/a"})", "invalid_field: page: has to be without"},
       {R"({"scene":"1","width":279})", "invalid_field: width: "},
       {R"({"scene":"1","width":1281})", "invalid_field: width: "},
       {R"({"scene":"1","check_path":1})", "invalid_field: check_path: has to be true or false"},
       {R"({"scene":"1","is_hyaline":"true"})", "invalid_field: is_hyaline: "}});
}

// Links ------------------------------------------------------------------------------------------

TEST(Links, AreReadWithAllTheirFields) {
  const std::string body =
      R"({"appid":"wxtwo","path":"/pages/a","query":"a=%E9%9B%80","version":"trial","days":1})";
  const auto scheme = read_scheme(with_body(body), two_apps);
  const auto link = read_url_link(with_body(body), two_apps);
  ASSERT_TRUE(scheme && link);
  EXPECT_EQ(scheme->path, "/pages/a");
  EXPECT_EQ(link->path, scheme->path);
  EXPECT_EQ(scheme->query, "a=%E9%9B%80");
  EXPECT_EQ(link->query, scheme->query);
  EXPECT_EQ(scheme->version, program_version::trial);
  EXPECT_EQ(link->version, scheme->version);
  EXPECT_EQ(scheme->lifetime.days, std::chrono::days{1});
  EXPECT_EQ(link->lifetime.days, std::chrono::days{1});
  EXPECT_EQ(link->appid, "wxtwo");
  EXPECT_EQ(read_scheme(with_body("{}"), two_apps)->lifetime.days, std::chrono::days{30});
}

TEST(Links, HaveWechatsBounds) {
  const std::vector<refused_case> cases{
      {R"({"query":")" + std::string(513, 'q') + R"("})", "invalid_field: query: longer than 512"},
      {R"({"query":"a b"})", "invalid_field: query: has to be visible ASCII"},
      {R"({"query":"雀"})", "invalid_field: query: has to be visible ASCII"},
      {R"({"days":0})", "invalid_field: days: has to be a whole number"},
      {R"({"days":31})", "invalid_field: days: "},
      {R"({"version":"formal"})", "invalid_field: version: "}};
  expect_refused<make_scheme>(read_scheme, cases);
  expect_refused<make_url_link>(read_url_link, cases);
}

} // namespace maque::http

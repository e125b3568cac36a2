#include "samples.hpp"

#include <utility>

namespace maque::wechat::test {

// Not URL-safe, so that what is sent without being encoded is seen.
const std::string sample_secret = "s3cr=t/with+odd&chars";
const std::string sample_token = "68_tok/en+with=odd&chars";

namespace {

constexpr auto sample_appid = "wx0000000000000001";
constexpr auto sample_openid = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
constexpr auto sample_code = "0a1b2c3d/the-code";
constexpr auto sample_key = "tiihtNczf5v6AKRyjwEUhQ==";
/// hex(HMAC-SHA256(key = sample_key, "")), by Python's hmac module.
constexpr auto sample_signature =
    "7154f9f8b4b76b92f541cbf0e37d48840fa06e5e42da92a6f80168a1516a4735";

std::string with_sample_token(std::string path) {
  return std::move(path) + "?access_token=68_tok%2Fen%2Bwith%3Dodd%26chars";
}

std::string session_query() {
  return std::string{"&openid="} + sample_openid + "&signature=" + sample_signature +
         "&sig_method=hmac_sha256";
}

sample login() {
  return {endpoint::code2session,
          exchange_code{sample_appid, sample_code},
          "/sns/jscode2session?appid=wx0000000000000001&secret=s3cr%3Dt%2Fwith%2Bodd%26chars"
          "&js_code=0a1b2c3d%2Fthe-code&grant_type=authorization_code",
          std::nullopt,
          R"({"openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","session_key":"tiihtNczf5v6AKRyjwEUhQ==",
              "unionid":"oUnion_1"})",
          {"/openid", "/session_key"},
          {sample_code}};
}

sample token() {
  return {endpoint::stable_token,
          fetch_access_token{sample_appid, true},
          "/cgi-bin/stable_token",
          R"({"grant_type":"client_credential","appid":"wx0000000000000001",
              "secret":"s3cr=t/with+odd&chars","force_refresh":true})",
          R"({"access_token":"68_another-token","expires_in":7200})",
          {"/access_token", "/expires_in"},
          {}};
}

sample phone() {
  return {endpoint::phone_number,
          find_phone_number{sample_appid, sample_code, sample_openid},
          with_sample_token("/wxa/business/getuserphonenumber"),
          R"({"code":"0a1b2c3d/the-code","openid":")" + std::string{sample_openid} + R"("})",
          R"({"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"+8613800138000",
              "purePhoneNumber":"13800138000","countryCode":"86",
              "watermark":{"timestamp":1637744274,"appid":"wx0000000000000001"}}})",
          {"/phone_info", "/phone_info/phoneNumber", "/phone_info/purePhoneNumber",
           "/phone_info/countryCode", "/phone_info/watermark", "/phone_info/watermark/appid"},
          {sample_code}};
}

sample session_check() {
  return {endpoint::check_session,
          check_session_key{sample_appid, sample_openid, secret{sample_key}},
          with_sample_token("/wxa/checksession") + session_query(),
          std::nullopt,
          R"({"errcode":0,"errmsg":"ok"})",
          {"/errcode"},
          {sample_key, sample_signature}};
}

sample session_reset() {
  return {endpoint::reset_session_key,
          maque::reset_session_key{sample_appid, sample_openid, secret{sample_key}},
          with_sample_token("/wxa/resetusersessionkey") + session_query(),
          std::nullopt,
          R"({"errcode":0,"errmsg":"ok","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE",
              "session_key":"AAECAwQFBgcICQoLDA0ODw=="})",
          {"/openid", "/session_key"},
          {sample_key, sample_signature}};
}

sample text_check() {
  return {endpoint::msg_sec_check,
          check_text{sample_appid, sample_openid, "麻雀 \"quoted\"\n", 1, "title", "nick", "sign"},
          with_sample_token("/wxa/msg_sec_check"),
          R"({"content":"麻雀 \"quoted\"\n","version":2,"scene":1,
              "openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","title":"title","nickname":"nick",
              "signature":"sign"})",
          R"({"errcode":0,"errmsg":"ok","result":{"suggest":"risky","label":20001},
              "detail":[{"strategy":"content_model","errcode":0}],"trace_id":"60ae120f-371d5872"})",
          {"/result", "/result/suggest", "/result/label", "/trace_id"},
          {}};
}

sample message() {
  return {endpoint::subscribe_send,
          send_subscribe_message{sample_appid, sample_openid, "template-1",
                                 R"({"thing1":{"value":"麻雀"}})", "pages/index?x=1",
                                 program_version::develop, "en_US"},
          with_sample_token("/cgi-bin/message/subscribe/send"),
          R"({"touser":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","template_id":"template-1",
              "data":{"thing1":{"value":"麻雀"}},"page":"pages/index?x=1",
              "miniprogram_state":"developer","lang":"en_US"})",
          R"({"errcode":0,"errmsg":"ok"})",
          {"/errcode"},
          {}};
}

sample image() {
  return {
      endpoint::code_image,
      make_code_image{sample_appid, "a=1", "pages/index", false, program_version::trial, 280, true},
      with_sample_token("/wxa/getwxacodeunlimit"),
      R"({"scene":"a=1","page":"pages/index","check_path":false,"env_version":"trial",
              "width":280,"is_hyaline":true})",
      "\x89PNG\r\n\x1a\n and more",
      {},
      {}};
}

sample scheme() {
  return {
      endpoint::scheme,
      make_scheme{
          sample_appid, "/pages/index", "a=1", program_version::release, {std::chrono::days{7}}},
      with_sample_token("/wxa/generatescheme"),
      R"({"jump_wxa":{"path":"/pages/index","query":"a=1","env_version":"release"},
              "is_expire":true,"expire_type":1,"expire_interval":7})",
      R"({"errcode":0,"errmsg":"ok","openlink":"weixin://dl/business/?t=Xxxxxx"})",
      {"/openlink"},
      {}};
}

sample url_link() {
  return {endpoint::url_link,
          make_url_link{
              sample_appid, "/pages/index", "a=1", program_version::trial, {std::chrono::days{30}}},
          with_sample_token("/wxa/generate_urllink"),
          R"({"path":"/pages/index","query":"a=1","env_version":"trial","is_expire":true,
              "expire_type":1,"expire_interval":30})",
          R"({"errcode":0,"errmsg":"ok","url_link":"https://wxaurl.cn/Xxxxxx"})",
          {"/url_link"},
          {}};
}

sample daily_quota() {
  return {endpoint::quota,
          find_quota{sample_appid, "/wxa/msg_sec_check"},
          with_sample_token("/cgi-bin/openapi/quota/get"),
          R"({"cgi_path":"/wxa/msg_sec_check"})",
          R"({"errcode":0,"errmsg":"ok","quota":{"daily_limit":100,"used":3,"remain":97}})",
          {"/quota", "/quota/daily_limit", "/quota/used", "/quota/remain"},
          {}};
}

sample rid() {
  return {endpoint::rid,
          find_rid{sample_appid, "61725984-6126f6f9-040f19c4"},
          with_sample_token("/cgi-bin/openapi/rid/get"),
          R"({"rid":"61725984-6126f6f9-040f19c4"})",
          R"({"errcode":0,"errmsg":"ok","request":{"invoke_time":1635156704,"cost_in_ms":30,
              "request_url":"/wxa/x?access_token=50_Im7xxxx","request_body":"",
              "response_body":"{\"errcode\":45009,\"errmsg\":\"reach max api daily quota\"}",
              "client_ip":"113.1.70.51"}})",
          {"/request", "/request/invoke_time", "/request/cost_in_ms"},
          {}};
}

} // namespace

app_credentials sample_app() {
  return {sample_appid, secret{sample_secret}};
}

secret token_for(endpoint which) {
  return needs_access_token(which) ? secret{sample_token} : secret{};
}

const std::vector<sample>& samples() {
  static const std::vector<sample> all{
      login(),   token(), phone(),  session_check(), session_reset(), text_check(),
      message(), image(), scheme(), url_link(),      daily_quota(),   rid()};
  return all;
}

} // namespace maque::wechat::test

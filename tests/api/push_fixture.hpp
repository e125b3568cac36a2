#pragma once

#include "account_fixture.hpp"
#include "wechat/push_crypto.hpp"

#include <chrono>
#include <string>

/// WeChat's side of message push, for tests.
namespace maque::test {

inline const secret push_token{"spamtest"};
inline const secret push_aes_key{"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"};
inline const std::string plain_app = "wxsimulator";
inline const std::string secure_app = "wx2c2769f8efd9abc2";
inline const std::string mute_app = "wx0000000000000000";

/// A server of three mini-programs: one in plain mode, one in secure mode, one that takes no
/// pushes.
inline void take_pushes(config::settings& settings) {
  settings.wechat.appid = plain_app;
  settings.wechat.push_token = push_token;
  settings.wechat.further_apps = {{secure_app, secret{"s"}, push_token, push_aes_key},
                                  {mute_app, secret{"s"}, {}, {}}};
}

inline std::string time_text(std::chrono::seconds from_now = std::chrono::seconds{0}) {
  const auto now = std::chrono::system_clock::now().time_since_epoch() + from_now;
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now).count());
}

/// The query of a push in plain mode.
inline std::string plain_query(const std::string& time = time_text()) {
  return "?signature=" + wechat::sign_push(push_token, time, "n1") + "&timestamp=" + time +
         "&nonce=n1&openid=o1";
}

/// The query of a push in secure mode.
inline std::string secure_query(const std::string& encrypted,
                                const std::string& time = time_text()) {
  return plain_query(time) +
         "&encrypt_type=aes&msg_signature=" + wechat::sign_push(push_token, time, "n1", encrypted);
}

inline std::string encrypt_push_for(const std::string& appid, const std::string& document) {
  return wechat::encrypt_push(document, push_aes_key, appid, "0123456789abcdef").value();
}

inline std::string json_push(const std::string& id, const std::string& more = {}) {
  return R"({"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1610969440,"MsgType":"text",)"
         R"("MsgId":)" +
         id + more + "}";
}

inline std::string xml_push(const std::string& id, const std::string& more = {}) {
  return "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName>o1</FromUserName>"
         "<CreateTime>1610969440</CreateTime><MsgType>text</MsgType><MsgId>" +
         id + "</MsgId>" + more + "</xml>";
}

inline http_reply post_push(const test_server& server, const std::string& appid,
                            const std::string& query, const std::string& body) {
  api_client client{server.port()};
  return client.send("POST", "/wechat/push/" + appid + query, {{"Content-Type", "text/xml"}}, body);
}

inline void expect_text(const http_reply& reply, const std::string& text) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body, text);
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
}

} // namespace maque::test

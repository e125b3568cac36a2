#pragma once

#include "support/patience.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <string>
#include <thread>

namespace maque::test {

/// WeChat, with a session key that the test knows.
class fake_wechat {
public:
  explicit fake_wechat(const std::string& session_key) {
    server_.Get("/sns/jscode2session", [session_key](const httplib::Request& asked,
                                                     httplib::Response& reply) {
      const std::string code = asked.get_param_value("js_code");
      nlohmann::json answer{{"openid", "openid-of-somebody"}, {"session_key", session_key}};
      if (code.starts_with("refused")) answer = {{"errcode", 40029}, {"errmsg", "no"}};
      if (code.starts_with("broken")) answer["session_key"] = session_key + "broken";
      reply.set_content(answer.dump(), "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    await([this] { return server_.is_running(); }, "the fake WeChat does not run");
  }
  ~fake_wechat() {
    server_.stop();
    thread_.join();
  }
  fake_wechat(const fake_wechat&) = delete;
  fake_wechat& operator=(const fake_wechat&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

} // namespace maque::test

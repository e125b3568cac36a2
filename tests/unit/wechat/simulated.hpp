#pragma once

#include "wechat_simulator/simulator.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace maque::wechat_simulator {

class test_clock final : public time_source {
public:
  utc_time now() const override { return now_; }
  void advance(std::chrono::seconds span) { now_ += span; }

private:
  utc_time now_ = from_unix_micros(1'700'000'000'000'000);
};

/// A simulator whose clock stands still, and what is asked of it in one line.
class Simulated : public testing::Test {
protected:
  using json = nlohmann::json;

  json log_in(const std::string& code, const std::string& appid = "wx1") {
    return ask("/sns/jscode2session?appid=" + appid + "&secret=s&js_code=" + code +
               "&grant_type=authorization_code");
  }

  std::string openid_of(const std::string& name, const std::string& appid = "wx1") {
    return log_in("dev-" + name + ".openid" + std::to_string(++logins_), appid).at("openid");
  }

  json stable_token(bool forced = false, const std::string& appid = "wx1",
                    const std::string& app_secret = "s") {
    return post("/cgi-bin/stable_token", {{"grant_type", "client_credential"},
                                          {"appid", appid},
                                          {"secret", app_secret},
                                          {"force_refresh", forced}});
  }

  std::string token(const std::string& appid = "wx1") {
    return stable_token(false, appid).at("access_token");
  }

  json ask(const std::string& target) {
    return json::parse(engine_.handle("GET", target, {}).body);
  }

  json post(const std::string& target, const json& body) {
    return json::parse(engine_.handle("POST", target, body.dump()).body);
  }

  /// With an access token of "wx1".
  json call(const std::string& path, const json& body) {
    return post(path + "?access_token=" + token(), body);
  }

  /// 0 if there is none.
  static int errcode(const json& answered) { return answered.value("errcode", 0); }

  test_clock clock_;
  simulator engine_{clock_};
  int logins_ = 0;
};

} // namespace maque::wechat_simulator

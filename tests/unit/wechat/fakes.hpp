#pragma once

#include "wechat/api.hpp"
#include "wechat/pacer.hpp"
#include "wechat/transport.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace maque::wechat::test {

/// Answers with what it was given, one a call; the last one again and again.
class scripted_transport final : public transport {
public:
  explicit scripted_transport(std::vector<result<reply>> script) : script_{std::move(script)} {}

  result<reply> get(const std::string& target, steady_time deadline) override {
    return answer(target, std::nullopt, deadline);
  }

  result<reply> post(const std::string& target, const std::string& json,
                     steady_time deadline) override {
    return answer(target, json, deadline);
  }

  std::vector<std::string> targets;
  std::vector<std::optional<std::string>> bodies; ///< None: a GET.
  std::vector<steady_time> deadlines;

private:
  result<reply> answer(const std::string& target, std::optional<std::string> body,
                       steady_time deadline) {
    targets.push_back(target);
    bodies.push_back(std::move(body));
    deadlines.push_back(deadline);
    return script_.at(std::min(targets.size(), script_.size()) - 1);
  }

  std::vector<result<reply>> script_;
};

/// Time that passes only while somebody sleeps.
class fake_pacer final : public pacer {
public:
  steady_time now() override { return now_; }
  void wait_until(steady_time end) override {
    pauses.push_back(end - now_);
    now_ = end;
  }
  double jitter() override { return jitter_; }

  void set_jitter(double value) { jitter_ = value; }

  std::vector<steady_time::duration> pauses;

private:
  steady_time now_{std::chrono::hours{1}};
  double jitter_ = 0.5;
};

inline reply text_reply(std::string body, int status = 200) {
  return {status, "text/plain", std::move(body)};
}

/// Who the user is whose login code this is.
inline result<code_exchanged> log_in(transport& via, const app_credentials& app, std::string code,
                                     steady_time deadline) {
  auto outcome =
      call(via, app, exchange_code{app.appid, std::move(code)}, secret{}, deadline).answer;
  return std::move(outcome).map(
      [](wechat_outcome&& known) { return std::get<code_exchanged>(std::move(known)); });
}

} // namespace maque::wechat::test

#pragma once

#include "wechat/pacer.hpp"
#include "wechat/transport.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace maque::wechat::test {

/// Answers with what it was given, one a call; the last one again and again.
class scripted_transport final : public transport {
public:
  explicit scripted_transport(std::vector<result<reply>> script) : script_{std::move(script)} {}

  result<reply> get(const std::string& target, steady_time deadline) override {
    deadlines.push_back(deadline);
    targets.push_back(target);
    return script_.at(std::min(targets.size(), script_.size()) - 1);
  }

  result<reply> post(const std::string&, const std::string&, steady_time) override {
    return fail(errc::internal, {}, "no post was expected");
  }

  std::vector<std::string> targets;
  std::vector<steady_time> deadlines;

private:
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

} // namespace maque::wechat::test

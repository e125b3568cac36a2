#include "wechat_simulator/simulator.hpp"

#include "wechat_simulator/code_to_session.hpp"
#include "wechat_simulator/replies.hpp"
#include "wechat_simulator/request.hpp"

#include <sodium.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>

namespace maque::wechat_simulator {

/// Which path is whose: a further API is a file with its handler, a member here and a line in
/// route().
struct simulator::impl {
  explicit impl(const time_source& clock) : login{clock} {}

  wechat::reply route(const request& asked) {
    if (asked.path == code_to_session::path) return login.handle(asked);
    return html_reply(404, "404 Not Found");
  }

  std::chrono::milliseconds latency() const {
    const std::int64_t jitter = jitter_ms;
    const auto more = jitter <= 0 ? 0U : randombytes_uniform(static_cast<std::uint32_t>(jitter) + 1);
    return std::chrono::milliseconds{latency_ms + more};
  }

  code_to_session login;
  std::atomic<std::int64_t> latency_ms{0};
  std::atomic<std::int64_t> jitter_ms{0};
};

simulator::simulator(const time_source& clock) : impl_{std::make_unique<impl>(clock)} {
  if (sodium_init() < 0) throw std::runtime_error{"libsodium finds no source of randomness"};
}

simulator::~simulator() = default;

wechat::reply simulator::handle(std::string_view method, std::string_view target,
                                std::string_view body) {
  return impl_->route(parse_request(method, target, body));
}

answer simulator::answer_to(std::string_view method, std::string_view target,
                            std::string_view body) {
  return {handle(method, target, body), impl_->latency()};
}

void simulator::set_latency(std::chrono::milliseconds fixed, std::chrono::milliseconds jitter) {
  impl_->latency_ms = fixed.count();
  impl_->jitter_ms = jitter.count();
}

namespace {

/// Answers at once, so that no deadline can be missed.
class simulator_transport final : public wechat::transport {
public:
  explicit simulator_transport(simulator& engine) : engine_{&engine} {}

  result<wechat::reply> get(const std::string& target, steady_time) override {
    return engine_->handle("GET", target, {});
  }

  result<wechat::reply> post(const std::string& target, const std::string& json,
                             steady_time) override {
    return engine_->handle("POST", target, json);
  }

private:
  simulator* engine_;
};

} // namespace

std::unique_ptr<wechat::transport> make_simulator_transport(simulator& engine) {
  return std::make_unique<simulator_transport>(engine);
}

} // namespace maque::wechat_simulator

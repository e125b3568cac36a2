#include "wechat_simulator/simulator.hpp"

#include "wechat_simulator/dispatch.hpp"
#include "wechat_simulator/request.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace maque::wechat_simulator {

simulator::simulator(const time_source& clock) : world_{std::make_unique<world>(clock)} {
  if (sodium_init() < 0) throw std::runtime_error{"libsodium finds no source of randomness"};
}

answer simulator::answer_to(std::string_view method, std::string_view target,
                            std::string_view body) {
  return dispatch(*world_, parse_request(method, target, body));
}

wechat::reply simulator::handle(std::string_view method, std::string_view target,
                                std::string_view body) {
  return answer_to(method, target, body).reply;
}

namespace {

class simulator_transport final : public wechat::transport {
public:
  explicit simulator_transport(simulator& engine) : engine_{&engine} {}

  result<wechat::reply> get(const std::string& target, steady_time deadline) override {
    return deliver(engine_->answer_to("GET", target, {}), deadline);
  }

  result<wechat::reply> post(const std::string& target, const std::string& json,
                             steady_time deadline) override {
    return deliver(engine_->answer_to("POST", target, json), deadline);
  }

private:
  static result<wechat::reply> deliver(answer given, steady_time deadline) {
    const bool never = given.how == delivery::hang || given.how == delivery::drip;
    if (given.latency.count() > 0 || never) {
      const auto comes = std::chrono::steady_clock::now() + given.latency;
      std::this_thread::sleep_until(never ? deadline : std::min(comes, deadline));
      if (never || comes > deadline)
        return fail(errc::wechat_unavailable, {}, "the simulator gave no answer in time");
    }
    if (given.how != delivery::whole)
      return fail(errc::wechat_unavailable, {}, "the simulator broke the connection");
    return std::move(given.reply);
  }

  simulator* engine_;
};

} // namespace

std::unique_ptr<wechat::transport> make_simulator_transport(simulator& engine) {
  return std::make_unique<simulator_transport>(engine);
}

} // namespace maque::wechat_simulator

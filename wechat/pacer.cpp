#include "wechat/pacer.hpp"

#include <random>
#include <thread>

namespace maque::wechat {

steady_time system_pacer::now() {
  return std::chrono::steady_clock::now();
}

void system_pacer::wait_until(steady_time end) {
  std::this_thread::sleep_until(end);
}

double system_pacer::jitter() {
  std::random_device source;
  return std::uniform_real_distribution<double>{0.0, 1.0}(source);
}

} // namespace maque::wechat

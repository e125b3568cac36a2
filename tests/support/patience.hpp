#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace maque::test {

/// How long a test waits for what has to come; long enough for a machine that is busy.
inline constexpr std::chrono::seconds patience{30};

/// Waits for a condition that nobody announces; whether it came. The one place where tests sleep.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds timeout = patience) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// The same; throws, with `complaint`, if the condition doesn't come.
inline void await(const std::function<bool()>& condition, const std::string& complaint,
                  std::chrono::milliseconds timeout = patience) {
  if (!eventually(condition, timeout)) throw std::runtime_error{complaint};
}

} // namespace maque::test

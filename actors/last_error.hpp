#pragma once

#include "domain/errors.hpp"
#include "domain/time.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace maque {

/// What went wrong last in an actor. Written by the actor's thread and its supervisor's, read by
/// any. An actor that fails again and again doesn't pay for it: of failures within the same few
/// milliseconds (a tick of the kernel) the first is kept.
class last_error {
public:
  /// What is longer is cut.
  static constexpr std::size_t text_bytes = 256;

  struct reading {
    utc_time at;
    std::string text;
  };

  /// @param describe called, if at all, for the text: what the log would be told, no secret.
  template <class Describe>
  void note(Describe describe) {
    const std::int64_t now = now_ns();
    if (noted_at_.exchange(now, std::memory_order_relaxed) == now) return;
    reading noted{
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()),
        shortened(describe())};
    const std::lock_guard lock{mutex_};
    last_ = std::move(noted);
  }

  std::optional<reading> read() const {
    const std::lock_guard lock{mutex_};
    return last_;
  }

  /// The name of an error and its cause: "database_unavailable: no connection to the database".
  static std::string text_of(const error& what);

private:
  /// Moves with the kernel's ticks, and costs a few nanoseconds.
  static std::int64_t now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
  }
  static std::string shortened(std::string text);

  mutable std::mutex mutex_;
  std::atomic<std::int64_t> noted_at_{0};
  std::optional<reading> last_;
};

} // namespace maque

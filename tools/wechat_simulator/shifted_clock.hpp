#pragma once

#include "domain/time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace maque::wechat_simulator {

/// A clock that can be moved ahead, so that nobody has to wait for a token to expire. Thread-safe.
class shifted_clock final : public time_source {
public:
  /// @param real has to outlive this.
  explicit shifted_clock(const time_source& real) : real_{&real} {}

  utc_time now() const override { return real_->now() + std::chrono::seconds{ahead_}; }

  void set_ahead(std::chrono::seconds ahead) { ahead_ = ahead.count(); }
  std::chrono::seconds ahead() const { return std::chrono::seconds{ahead_}; }

private:
  const time_source* real_;
  std::atomic<std::int64_t> ahead_{0};
};

} // namespace maque::wechat_simulator

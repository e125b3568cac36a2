#pragma once

#include "domain/time.hpp"

namespace maque::wechat {

/// Time as the retries see it. Tests replace it, so that none of them waits.
class pacer {
public:
  virtual ~pacer() = default;

  virtual steady_time now() = 0;
  virtual void wait_until(steady_time end) = 0;
  /// A random number, 0 <= x < 1: spreads the retries of many workers.
  virtual double jitter() = 0;
};

/// The machine's clock; sleeping blocks the calling thread.
class system_pacer final : public pacer {
public:
  steady_time now() override;
  void wait_until(steady_time end) override;
  double jitter() override;
};

} // namespace maque::wechat

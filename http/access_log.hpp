#pragma once

#include "http/exchange.hpp"
#include "http/request_times.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace maque::http {

struct access_log_options {
  /// The part of quick successes that is written, 0 to 1; failures, slow requests, logins,
  /// refreshes and logouts always are.
  double sample = 1.0;
  std::chrono::milliseconds slow{1'000};
};

/// Writes one line a request. Lines are gathered in the lane and handed to the writer in blocks.
class access_log {
public:
  access_log(log::logger& target, access_log_options options);
  /// Hands over what came after the lane's last tick.
  ~access_log() { flush(); }
  access_log(const access_log&) = delete;
  access_log& operator=(const access_log&) = delete;

  /// A slow request has a line with what its time went to.
  void record(const exchange& answered, const request_times& times);

  void change(access_log_options options) noexcept { options_ = options; }

  /// Hands over what is gathered; the lane calls this once a tick.
  void flush();

private:
  /// The failed and the slow are warnings at least, so that neither sampling nor `log.level` at
  /// "warn" hides them.
  log::level severity_of(const exchange& answered,
                         std::chrono::nanoseconds duration) const noexcept;
  bool sampled(const exchange& answered) noexcept;

  log::channel target_;
  access_log_options options_;
  double credit_ = 0;
  std::string gathered_;
  std::size_t lines_ = 0;
};

} // namespace maque::http

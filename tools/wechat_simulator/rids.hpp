#pragma once

#include "domain/time.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A call that failed (page "getRidInfo").
struct failed_call {
  std::string rid;
  std::string appid; ///< Empty if the call didn't get as far as to say whose it is.
  utc_time at;
  std::string path; ///< Without the query, which may hold a token.
  std::string request_body;
  std::string response_body;
};

/// The last calls that failed. Thread-safe.
class rid_log {
public:
  void remember(failed_call call);
  std::optional<failed_call> find(std::string_view rid);
  void reset();

private:
  static constexpr std::size_t calls_remembered = 1024;
  static constexpr std::size_t body_bytes_kept = 1024;

  std::mutex mutex_;
  std::array<failed_call, calls_remembered> calls_;
  std::size_t next_ = 0;
};

} // namespace maque::wechat_simulator

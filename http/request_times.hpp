#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace maque::http {

class exchange;

/// What a request's time goes to, in the order of the way that it takes.
enum class stage : std::uint8_t {
  parse,     ///< First byte read until handed to the front.
  queue,     ///< Until the front takes it up.
  logic,     ///< Until it has its answer, less the two that follow.
  database,  ///< Asked until answered by the lane's pool.
  upstream,  ///< Asked until answered by WeChat's client.
  serialise, ///< Answered until written to the socket's buffer.
};

inline constexpr std::array<std::string_view, 6> stage_names = {
    "parse", "queue", "logic", "database", "upstream", "serialise"};
inline constexpr std::size_t stage_count = stage_names.size();

/// The times of one request. They never add up to more than `whole`.
struct request_times {
  std::chrono::nanoseconds whole{0};
  std::array<std::chrono::nanoseconds, stage_count> stages{};

  std::chrono::nanoseconds& of(stage which) noexcept {
    return stages[static_cast<std::size_t>(which)];
  }
  std::chrono::nanoseconds of(stage which) const noexcept {
    return stages[static_cast<std::size_t>(which)];
  }
};

/// Of an exchange that has been answered.
request_times times_of(const exchange& ended) noexcept;

} // namespace maque::http

#pragma once

#include "domain/time.hpp"

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace maque {

/// A 64-bit id of one kind of thing. Always positive, so that it fits a signed BIGINT. In JSON it
/// is a decimal string, because JavaScript loses 64-bit integers.
template <class Tag>
struct basic_id {
  std::uint64_t value = 0;

  // The check takes the zero inside the defaulted operator for a pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const basic_id&, const basic_id&) = default;

  /// The canonical form: decimal digits, no sign, no leading zero.
  static std::optional<basic_id> parse(std::string_view text) noexcept {
    if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
    basic_id id;
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, id.value);
    if (failure != std::errc{} || stop != end || id.value > INT64_MAX) return std::nullopt;
    return id;
  }
};

template <class Tag>
std::string to_string(basic_id<Tag> id) {
  return std::to_string(id.value);
}

using user_id = basic_id<struct user_tag>;
using session_id = basic_id<struct session_tag>;

/// Makes ids that sort by time and from which a client can't count users: 41 bits of milliseconds
/// since 2025-01-01, 10 bits of worker, 12 bits of sequence that starts at a random point in every
/// millisecond. Not thread-safe: each lane has its own, with its own worker number.
class id_generator {
public:
  static constexpr std::uint32_t max_worker = 1023;

  /// @param worker unique among all generators of a deployment, at most max_worker.
  id_generator(std::uint32_t worker, std::uint64_t seed);

  /// Never returns the same value twice, nor a smaller one than before, even if the clock goes
  /// back.
  std::uint64_t next(utc_time now) noexcept;

private:
  std::uint64_t worker_;
  std::uint64_t random_state_;
  std::uint64_t last_millis_ = 0;
  std::uint32_t sequence_ = 0;
};

} // namespace maque

template <class Tag>
struct std::hash<maque::basic_id<Tag>> {
  std::size_t operator()(maque::basic_id<Tag> id) const noexcept {
    // Fibonacci hashing: ids share their high bits.
    return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ULL);
  }
};

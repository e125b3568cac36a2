#pragma once

#include "config/option.hpp"

#include <cstdint>

/// What several options have in common.
namespace maque::config {

inline constexpr std::int64_t second = 1'000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t hour = 60 * minute;
inline constexpr std::int64_t day = 24 * hour;
inline constexpr std::int64_t kibibyte = 1'024;
inline constexpr std::int64_t mebibyte = 1'024 * kibibyte;

inline constexpr bounds timeout{1, hour};
// A host name (RFC 1035, 2.3.4), a path (PATH_MAX) and a URL that anybody would type.
inline constexpr bounds host_name{1, 253};
inline constexpr bounds file_name{0, 4'095};
inline constexpr bounds url{1, 2'048};

} // namespace maque::config

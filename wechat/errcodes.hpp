#pragma once

#include "wechat/api.hpp"

/// What an errcode says besides the error that map_errcode() makes of it.
namespace maque::wechat::errcodes {

inline constexpr int busy = -1;
inline constexpr int quota_used_up = 45009;
/// The errmsg names the argument.
inline constexpr int bad_argument = 47003;
/// checksession and resetusersessionkey: the session key is not this user's, or not any more.
inline constexpr int bad_signature = 87009;

endpoint_health health_of(int errcode) noexcept;

/// See call_outcome.
bool is_token_refused(endpoint where, int errcode) noexcept;

} // namespace maque::wechat::errcodes

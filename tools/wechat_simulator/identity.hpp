#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Who the simulated users are. Nothing is stored: the same NAME is the same person at any time, on
/// any machine.
namespace maque::wechat_simulator {

/// 1–32 of [A-Za-z0-9_-].
bool is_user_name(std::string_view name) noexcept;

/// 28 of [A-Za-z0-9_-], beginning with "o", as WeChat's are; another for every mini-program.
std::string derive_openid(std::string_view appid, std::string_view name);

/// Whether it can be an openid by its form.
bool looks_like_openid(std::string_view openid) noexcept;

/// Whether the user has a unionid: if NAME begins with "union".
bool has_unionid(std::string_view name) noexcept;

/// Looks like an openid, and is the same in all mini-programs (page "UnionID").
std::string derive_unionid(std::string_view name);

/// 16 random bytes in base64, another one at every login.
std::string make_session_key();

/// So many random bytes in base64url.
std::string random_text(std::size_t bytes);

} // namespace maque::wechat_simulator

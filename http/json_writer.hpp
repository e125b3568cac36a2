#pragma once

#include "domain/profile_page.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

#include <string>
#include <string_view>

namespace maque::http {

/// Appends `text` as a JSON string with its quotes (RFC 8259, section 7). It has to be UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// A user as he himself sees it: id, nickname, avatar_url, language, role, created_at.
void append_user(std::string& out, const user& who);

/// A user as others see him: id, nickname, avatar_url.
void append_public_profile(std::string& out, const public_profile& who);

} // namespace maque::http

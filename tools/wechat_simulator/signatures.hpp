#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maque::wechat_simulator {

/// hex(HMAC-SHA256(key, "")), the key taken as the text that it is (page "checkSessionKey").
std::string sign_session(std::string_view session_key);

/// hex(SHA-1(text)).
std::string sha1_hex(std::string_view text);

/// hex(SHA-1) of the parts, sorted and joined (page "Message push").
std::string sign_sorted(std::vector<std::string> parts);

} // namespace maque::wechat_simulator

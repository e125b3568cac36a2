#pragma once

#include <string>
#include <string_view>

namespace maque::security {

/// The JOSE header (RFC 7515, section 4) of every access token that the key named `kid` signs, in
/// base64url. A token with any other header is refused without reading it, so there is no algorithm
/// to confuse and no key to smuggle in.
std::string encode_token_header(std::string_view kid);

/// Why `encoded`, which is not what encode_token_header(kid) returns, was refused: for the log. It
/// repeats nothing of what the header says.
std::string explain_token_header(std::string_view encoded, std::string_view kid);

} // namespace maque::security

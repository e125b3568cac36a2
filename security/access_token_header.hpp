#pragma once

#include "security/signing_key.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace maque::security {

/// The JOSE header (RFC 7515, section 4) of every access token that the key named `kid` signs, in
/// base64url. A token with any other header is refused without reading it, so there is no algorithm
/// to confuse and no key to smuggle in.
std::string encode_token_header(std::string_view kid, key_algorithm algorithm);

/// The algorithm of the key with this name; nothing if there is none.
using algorithm_lookup = std::function<std::optional<key_algorithm>(std::string_view kid)>;

/// Why `encoded`, which is not what encode_token_header() returns for any key, was refused: for the
/// log. It repeats nothing of what the header says.
std::string explain_token_header(std::string_view encoded, const algorithm_lookup& algorithm_of);

} // namespace maque::security

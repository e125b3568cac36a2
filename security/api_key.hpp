#pragma once

#include "domain/session.hpp"

#include <string>
#include <string_view>

namespace maque::security {

/// What every API key begins with, so that people and scanners of secrets know it when they see it.
inline constexpr std::string_view api_key_mark = "mqk_";

/// A new one: the mark and 256 random bits in base64url, 47 characters.
std::string make_api_key();

/// Whether it has the form of one; others are not worth a look into the database.
bool looks_like_api_key(std::string_view text) noexcept;

/// The SHA-256 of the key's text, which is all that is stored of it. Nothing slower is needed, nor
/// a salt: 2^256 keys are too many to try them.
sha256_digest hash_api_key(std::string_view key);

} // namespace maque::security

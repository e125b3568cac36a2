#pragma once

#include "domain/session.hpp"

#include <string>
#include <string_view>

/// The token that operators sign in with, and the secrets of their sessions.
namespace maque::security {

/// 256 random bits in base64url.
std::string make_operator_secret();

/// Secrets are random and long: nothing slower is needed, nor a salt.
sha256_digest hash_operator_secret(std::string_view text) noexcept;

/// In constant time.
bool are_equal(const sha256_digest& presented, const sha256_digest& known) noexcept;

} // namespace maque::security

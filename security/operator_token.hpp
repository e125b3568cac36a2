#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "domain/session.hpp"

#include <filesystem>
#include <string>
#include <string_view>

/// The token that operators sign in with, and the secrets of their sessions.
namespace maque::security {

struct operator_token {
  secret text;
  bool is_new = false; ///< It was made just now, and nobody knows it yet.
};

/// The token in a file, a line of 32 to limits::operator_token_bytes printable characters; a file
/// that is missing is made, with a random one (mode 0600, its folder 0700). Refuses a file that
/// others can read. Fails with internal and a cause that names the file and says what to do.
result<operator_token> load_or_make_operator_token(const std::filesystem::path& path);

/// 256 random bits in base64url.
std::string make_operator_secret();

/// Secrets are random and long: nothing slower is needed, nor a salt.
sha256_digest hash_operator_secret(std::string_view text) noexcept;

/// In constant time.
bool are_equal(const sha256_digest& presented, const sha256_digest& known) noexcept;

} // namespace maque::security

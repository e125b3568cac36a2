#pragma once

#include "domain/secret.hpp"
#include "domain/time.hpp"
#include "security/signing_key.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace maque::security {

/// A key as a key file has it.
struct stored_key {
  key_algorithm algorithm = key_algorithm::hs256;
  utc_time signs_from{}; ///< In whole seconds; 1970 if it has always signed.
  secret master{};       ///< 32 bytes in base64url; this text is the master secret.
};

/// The text of a key file, in ascending order of the keys' times:
///
///     maque-keys 1 2                        the format's version, and the number of keys
///     HS256 0 <43 characters>               algorithm, seconds since 1970, master secret
///     EdDSA 1795305610 <43 characters>
///
/// A single key for HS256 that has always signed is its 43 characters and nothing else: the form of
/// before there were several.
std::string format_keys(std::span<const stored_key> keys);

/// Strict: nothing if the text is not one that format_keys() writes, but for the last newline of
/// the short form.
std::optional<std::vector<stored_key>> parse_keys(std::string_view text);

/// A new key.
stored_key make_stored_key(key_algorithm algorithm, utc_time signs_from);

/// No key file is longer.
std::size_t key_file_bytes_max() noexcept;

} // namespace maque::security

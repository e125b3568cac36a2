#pragma once

#include "domain/secret.hpp"
#include "security/signing_key.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// Secrets that have to be read again, as they are stored: sealed with XChaCha20-Poly1305
/// (draft-irtf-cfrg-xchacha), under a key that is not where they are.
///
///   version (1 byte: 1), id of the key (8), nonce (24, random), ciphertext, tag (16)
namespace maque::security {

/// What something sealed belongs to, e.g. the key of its row. It opens nowhere else.
using sealing_context = std::initializer_list<std::string_view>;

std::vector<std::uint8_t> seal(const sealing_key& key, const secret& plain,
                               sealing_context context);

/// Nothing if it was sealed under another key or for something else, or was changed.
std::optional<secret> open_sealed(const sealing_key& key, std::span<const std::uint8_t> sealed,
                                  sealing_context context);

/// Keys of which the first one seals and each opens.
struct sealing_keys {
  std::vector<sealing_key> all;
};

} // namespace maque::security

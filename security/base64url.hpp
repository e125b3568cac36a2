#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// base64url without padding (RFC 4648, section 5). Decoding is strict: it refuses padding, any
/// character outside the alphabet, and stray bits in the last one, so that each byte string has
/// exactly one accepted form.
namespace maque::security {

std::string encode_base64url(std::span<const std::uint8_t> bytes);
std::string encode_base64url(std::string_view bytes);

/// For everything, secrets too: its time depends on the length alone.
std::optional<std::string> decode_base64url(std::string_view text);

/// The number of bytes that a text of this length holds.
constexpr std::size_t base64url_decoded_size(std::size_t characters) noexcept {
  return characters / 4 * 3 + characters % 4 * 3 / 4;
}

/// Decodes what anybody may know, such as a token's payload: its time depends on the content, and
/// is a tenth of the other's. Writes to the front of `out`, which has room for
/// base64url_decoded_size() bytes. False if `text` is refused; then `out` has no meaning.
bool decode_public_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept;

} // namespace maque::security

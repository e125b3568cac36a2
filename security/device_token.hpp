#pragma once

#include "domain/time.hpp"
#include "security/key_ring.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::security {

/// A device on which somebody has logged in; random, and the same from then on.
using device_id = std::array<std::uint8_t, 16>;

/// Says that this device has logged in with this username before. It opens nothing: whoever has it
/// is only not caught in what strangers tried with the same name. base64url of a version byte, the
/// device, and an HMAC-SHA256 over both and the name, which is not in it.
std::string encode_device_token(const device_id& device, std::string_view username,
                                const key_ring& keys, utc_time now);
/// Nothing, if it wasn't made with a key whose refresh tokens are still accepted, and for this
/// name.
std::optional<device_id> decode_device_token(std::string_view text, std::string_view username,
                                             const key_ring& keys, utc_time now);

} // namespace maque::security

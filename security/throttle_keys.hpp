#pragma once

#include "domain/ids.hpp"
#include "domain/throttle.hpp"
#include "security/device_token.hpp"

#include <string_view>

/// What attempts are counted by. Hashes, so that the database holds neither names that somebody
/// typed nor addresses.
namespace maque::security {

/// @param name as domain/username.hpp writes it, or what was typed if it can't be one.
throttle_key account_throttle(std::string_view name);
/// @param source an address, or the part of it that one client has for himself.
throttle_key source_throttle(std::string_view source);
throttle_key pair_throttle(std::string_view name, std::string_view source);
/// Of a device that was used for this name before.
throttle_key device_throttle(std::string_view name, const device_id& device);
/// Of a session that is open, as a device that was used before.
throttle_key session_throttle(session_id session);
/// Of those who register. @param source as for source_throttle, but counted apart: who mistypes his
/// password keeps nobody from registering.
throttle_key registration_throttle(std::string_view source);
/// Of a user who looks for a username that is free.
throttle_key naming_throttle(user_id user);

} // namespace maque::security

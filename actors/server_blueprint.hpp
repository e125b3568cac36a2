#pragma once

#include "actors/lane_runtime.hpp"
#include "actors/server.hpp"
#include "security/signing_key.hpp"

namespace maque {

/// What the lanes are made from, as the settings say. Still missing: where they listen, and the
/// places for connections that they share.
lane_blueprint blueprint_of(const server_options& options, security::signing_key key);

} // namespace maque

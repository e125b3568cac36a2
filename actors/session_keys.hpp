#pragma once

#include "actors/lane_context.hpp"
#include "domain/secret.hpp"
#include "domain/storage.hpp"

#include <optional>
#include <string_view>

/// WeChat's session_keys as the database has them: docs/adr/0013-sealed-session-keys.md.
namespace maque {

/// Under the first of the configured keys; if there is none, under the key that signs.
sealed_bytes seal_session_key(const lane_context& lane, const code_exchanged& known);

/// Nothing if the key that sealed it is gone, or it was sealed for somebody else.
std::optional<secret> open_session_key(const lane_context& lane, std::string_view appid,
                                       const stored_session_key& stored);

} // namespace maque

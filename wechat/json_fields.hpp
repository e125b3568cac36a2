#pragma once

#include "domain/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How the fields of WeChat's replies are read.
namespace maque::wechat {

/// wechat_bad_reply. `cause` holds nothing of the reply.
tl::unexpected<error> bad_reply(std::string_view cause);

/// The integer that `value` is, or that its text spells: some of WeChat's APIs, and gateways in
/// front of it, quote numbers. Nothing for anything else, fractions among it.
std::optional<std::int64_t> to_integer(const nlohmann::json& value);

/// The member as text; an absent one is empty, another type is nothing.
std::optional<std::string> find_text(const nlohmann::json& object, std::string_view name);

/// The member as an integer; nothing if it is absent or none.
std::optional<std::int64_t> find_integer(const nlohmann::json& object, std::string_view name);

/// The member if it is an object, or null.
const nlohmann::json* find_object(const nlohmann::json& object, std::string_view name);

/// 1 to `limit` characters of visible ASCII: what goes into keys, rows, URLs and logs.
bool is_visible(std::string_view text, std::size_t limit) noexcept;

} // namespace maque::wechat

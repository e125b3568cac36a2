#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A JSON object, nested no deeper than limits::json_depth.
std::optional<nlohmann::json> parse_object(std::string_view text);

/// A member that is a string; empty if it isn't there, or is something else.
std::string text_in(const nlohmann::json& object, std::string_view member);

/// A member that is an integer, else `otherwise`.
std::int64_t number_in(const nlohmann::json& object, std::string_view member,
                       std::int64_t otherwise);

bool flag_in(const nlohmann::json& object, std::string_view member, bool otherwise);

/// How many characters; of text that is UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

} // namespace maque::wechat_simulator

#include "wechat_simulator/json_input.hpp"

#include "domain/limits.hpp"

#include <algorithm>

namespace maque::wechat_simulator {

using nlohmann::json;

std::optional<json> parse_object(std::string_view text) {
  bool too_deep = false;
  const auto count_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > int{limits::json_depth};
    return !too_deep;
  };
  auto parsed = json::parse(text, count_depth, /*allow_exceptions=*/false);
  if (too_deep || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::string text_in(const json& object, std::string_view member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t number_in(const json& object, std::string_view member, std::int64_t otherwise) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                             : otherwise;
}

bool flag_in(const json& object, std::string_view member, bool otherwise) {
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace maque::wechat_simulator

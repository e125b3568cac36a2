#include "wechat/json_fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace maque::wechat {

using nlohmann::json;

tl::unexpected<error> bad_reply(std::string_view cause) {
  return fail(errc::wechat_bad_reply, {}, "WeChat's reply: " + std::string{cause});
}

std::optional<std::int64_t> to_integer(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return std::in_range<std::int64_t>(number) ? std::optional{static_cast<std::int64_t>(number)}
                                               : std::nullopt;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, parsed);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return parsed;
}

std::optional<std::string> find_text(const json& object, std::string_view name) {
  const auto member = object.find(name);
  if (member == object.end()) return std::string{};
  if (!member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::int64_t> find_integer(const json& object, std::string_view name) {
  const auto member = object.find(name);
  return member == object.end() ? std::nullopt : to_integer(*member);
}

const json* find_object(const json& object, std::string_view name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_object() ? &*member : nullptr;
}

bool is_visible(std::string_view text, std::size_t limit) noexcept {
  return !text.empty() && text.size() <= limit &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace maque::wechat

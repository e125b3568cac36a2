#include "wechat_simulator/api.hpp"
#include "wechat_simulator/replies.hpp"

#include <algorithm>
#include <array>

namespace maque::wechat_simulator {
namespace {

enum class character_set : std::uint8_t { any, digits, letters, visible_ascii };

/// What a keyword may hold; its name is the kind and a number, e.g. "thing1" (page "sendMessage",
/// table of the parameter's values).
struct keyword_kind {
  std::string_view name;
  std::size_t characters;
  character_set allowed = character_set::any;
};

constexpr std::array keyword_kinds{
    keyword_kind{"thing", 20},
    keyword_kind{"number", 32, character_set::digits},
    keyword_kind{"letter", 32, character_set::letters},
    keyword_kind{"symbol", 5},
    keyword_kind{"character_string", 32, character_set::visible_ascii},
    keyword_kind{"time", 64},
    keyword_kind{"date", 64},
    keyword_kind{"amount", 64},
    keyword_kind{"phone_number", 17},
    keyword_kind{"car_number", 8},
    keyword_kind{"name", 10},
    keyword_kind{"phrase", 5},
    keyword_kind{"const", 20},
    keyword_kind{"enum", 20},
};

bool is_allowed(char c, character_set allowed) noexcept {
  switch (allowed) {
  case character_set::any:
    return true;
  case character_set::digits:
    return (c >= '0' && c <= '9') || c == '.' || c == '-';
  case character_set::letters:
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  case character_set::visible_ascii:
    return c > ' ' && c <= '~';
  }
  return false;
}

/// The kind of a keyword; null for none.
const keyword_kind* find_kind(std::string_view keyword) {
  const auto digits = keyword.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == keyword.size()) return nullptr;
  const auto* found =
      std::ranges::find(keyword_kinds, keyword.substr(0, digits + 1), &keyword_kind::name);
  return found == keyword_kinds.end() ? nullptr : found;
}

bool is_good_value(const keyword_kind& kind, const nlohmann::json& field) {
  if (!field.is_object()) return false;
  const std::string value = text_in(field, "value");
  return !value.empty() && count_characters(value) <= kind.characters &&
         std::ranges::all_of(value, [&](char c) { return is_allowed(c, kind.allowed); });
}

/// The first keyword that is no good; empty if all are.
std::string find_bad_keyword(const nlohmann::json& data) {
  for (const auto& [keyword, field] : data.items()) {
    const keyword_kind* kind = find_kind(keyword);
    if (kind == nullptr || !is_good_value(*kind, field)) return keyword;
  }
  return {};
}

} // namespace

wechat::reply send_message(const call& from) {
  sent_message message{from.appid, text_in(from.body, "touser"), text_in(from.body, "template_id"),
                       from.now, from.asked.body.empty() ? "" : std::string{from.asked.body}};
  if (const int wrong = check_openid(from, message.openid); wrong != 0) return error_reply(40003);
  if (!from.wechat.messages.is_template(message.template_id)) return error_reply(40037);
  const std::string page = text_in(from.body, "page");
  if (!from.wechat.pages.has(page.substr(0, page.find('?')))) return error_reply(41030);

  const auto data = from.body.find("data");
  if (data == from.body.end() || !data->is_object() || data->empty())
    return error_reply(47003, "argument invalid! data is empty");
  if (const std::string bad = find_bad_keyword(*data); !bad.empty())
    return error_reply(47003, "argument invalid! data." + bad + ".value invalid");
  return from.wechat.messages.send(std::move(message)) ? ok_reply() : error_reply(43101);
}

} // namespace maque::wechat_simulator

#include "wechat_simulator/special_codes.hpp"

#include "wechat_simulator/faults.hpp"
#include "wechat_simulator/replies.hpp"

#include <charconv>

namespace maque::wechat_simulator {
namespace {

std::optional<int> parse_errcode(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return value;
}

} // namespace

std::optional<std::string_view> find_argument(std::string_view code, std::string_view prefix) {
  if (!code.starts_with(prefix)) return std::nullopt;
  code.remove_prefix(prefix.size());
  return code.substr(0, code.find('.'));
}

std::optional<wechat::reply> answer_special_code(std::string_view code) {
  if (const auto number = find_argument(code, "err-"))
    return error_reply(parse_errcode(*number).value_or(40029));
  if (const auto kind = find_argument(code, "fault-"))
    return make_fault(*kind).value_or(error_reply(40029));
  return std::nullopt;
}

} // namespace maque::wechat_simulator

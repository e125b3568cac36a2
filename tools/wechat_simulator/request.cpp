#include "wechat_simulator/request.hpp"

#include <charconv>

namespace maque::wechat_simulator {
namespace {

/// Of application/x-www-form-urlencoded, as web servers read a query: "+" is a space, and a "%"
/// that begins no escape is itself.
std::string decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    if (text.front() == '%' && text.size() >= 3) {
      unsigned byte = 0;
      const char* end = text.data() + 3;
      const auto [stop, failure] = std::from_chars(text.data() + 1, end, byte, 16);
      if (failure == std::errc{} && stop == end) {
        decoded += static_cast<char>(byte);
        text.remove_prefix(3);
        continue;
      }
    }
    decoded += text.front() == '+' ? ' ' : text.front();
    text.remove_prefix(1);
  }
  return decoded;
}

/// Takes what is before the first `separator` off the front of `text`, and the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

} // namespace

std::string_view request::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view{} : found->second;
}

request parse_request(std::string_view method, std::string_view target, std::string_view body) {
  request parsed{method, take_until(target, '?'), {}, body};
  while (!target.empty()) {
    std::string_view pair = take_until(target, '&');
    const std::string_view name = take_until(pair, '=');
    parsed.parameters.try_emplace(decode(name), decode(pair));
  }
  return parsed;
}

} // namespace maque::wechat_simulator

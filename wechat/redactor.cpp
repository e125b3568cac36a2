#include "wechat/redactor.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace maque::wechat {
namespace {

constexpr std::size_t shortest_hidden = 8;
constexpr std::string_view redaction_mark = "[redacted]";

void replace_all(std::string& text, const std::string& value) {
  for (auto at = text.find(value); at != std::string::npos;
       at = text.find(value, at + redaction_mark.size()))
    text.replace(at, value.size(), redaction_mark);
}

} // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte >> 4U], digits[byte & 0x0FU]};
    }
  }
  return encoded;
}

void redactor::hide(std::string_view value) {
  if (value.size() < shortest_hidden) return;
  auto encoded = percent_encode(value);
  if (encoded != value) hidden_.push_back(std::move(encoded));
  hidden_.emplace_back(value);
  // The longest first: one may be a part of another.
  std::ranges::stable_sort(hidden_, std::ranges::greater{}, &std::string::size);
}

std::string redactor::clean(std::string text) const {
  for (const auto& value : hidden_)
    replace_all(text, value);
  return text;
}

} // namespace maque::wechat

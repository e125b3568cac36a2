#include "http/request.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace maque::http {

namespace {

constexpr std::array<std::pair<std::string_view, method>, 7> known_methods{{
    {"GET", method::get},
    {"POST", method::post},
    {"PATCH", method::patch},
    {"HEAD", method::head},
    {"OPTIONS", method::options},
    {"PUT", method::put},
    {"DELETE", method::delete_},
}};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char folded = lower(c);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

} // namespace

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view to_string(method value) noexcept {
  for (const auto& [text, known] : known_methods)
    if (known == value) return text;
  return "unknown";
}

method parse_method(std::string_view text) noexcept {
  for (const auto& [known_text, known] : known_methods)
    if (known_text == text) return known;
  return method::unknown;
}

void request::clear() noexcept {
  verb_ = method::unknown;
  version_ = 11;
  header_complete_ = false;
  method_text_.clear();
  target_.clear();
  storage_.clear();
  fields_.clear();
  body_.clear();
}

void request::set_method(std::string_view text) {
  verb_ = parse_method(text);
  method_text_ = text;
}

request::extent request::store(std::string_view text) {
  const extent stored{static_cast<std::uint32_t>(storage_.size()),
                      static_cast<std::uint32_t>(text.size())};
  storage_ += text;
  return stored;
}

void request::add_field(std::string_view name, std::string_view value) {
  const extent stored_name = store(name);
  fields_.push_back({stored_name, store(value)});
}

std::string_view request::path() const noexcept {
  return target().substr(0, target_.find('?'));
}

std::string_view request::query() const noexcept {
  const auto mark = target_.find('?');
  return mark == std::string::npos ? std::string_view{} : target().substr(mark + 1);
}

std::optional<std::string_view> request::field(std::string_view name) const noexcept {
  std::optional<std::string_view> found;
  for (const stored_field& candidate : fields_) {
    if (!equals_ignoring_case(view(candidate.name), name)) continue;
    if (found) return std::nullopt;
    found = view(candidate.value);
  }
  return found;
}

std::size_t request::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [&](const stored_field& candidate) {
        return equals_ignoring_case(view(candidate.name), name);
      }));
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

query_value query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const auto equals = pair.find('=');
    const auto key = percent_decode(pair.substr(0, equals));
    if (!key) return {false, std::nullopt};
    if (*key != name) continue;
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view{}
                                                                 : pair.substr(equals + 1));
    return {value.has_value(), std::move(value)};
  }
  return {};
}

} // namespace maque::http

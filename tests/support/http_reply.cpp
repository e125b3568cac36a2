#include "support/http_reply.hpp"

#include <algorithm>
#include <cctype>

namespace maque::test {

bool same_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::optional<std::string> http_reply::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (same_ignoring_case(known, name)) return value;
  return std::nullopt;
}

nlohmann::json http_reply::member(const char* name) const {
  const nlohmann::json envelope = json();
  return envelope.is_object() && envelope.contains(name) ? envelope.at(name) : nlohmann::json{};
}

int http_reply::code() const {
  const auto value = member("code");
  return value.is_number_integer() ? value.get<int>() : 0;
}

std::string http_reply::trace() const {
  const auto value = member("trace_id");
  return value.is_string() ? value.get<std::string>() : std::string{};
}

} // namespace maque::test

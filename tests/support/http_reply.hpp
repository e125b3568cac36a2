#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maque::test {

/// One response as it was received.
struct http_reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the first field of this name; case is ignored.
  std::optional<std::string> header(std::string_view name) const;
  bool has(std::string_view name) const { return header(name).has_value(); }

  /// The body. A discarded value if it is not JSON.
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// The members of the envelope; null if there is none.
  nlohmann::json data() const { return member("data"); }
  int code() const;
  std::string trace() const;

private:
  nlohmann::json member(const char* name) const;
};

bool same_ignoring_case(std::string_view left, std::string_view right) noexcept;

} // namespace maque::test

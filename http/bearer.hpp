#pragma once

#include "http/request.hpp"

#include <cctype>
#include <optional>
#include <string_view>

namespace maque::http {

/// The token of "Authorization: Bearer …" (RFC 6750, section 2.1; the scheme's case is ignored).
inline std::optional<std::string_view> bearer_token(const request& incoming) noexcept {
  constexpr std::string_view bearer = "bearer ";
  const auto header = incoming.field("Authorization");
  if (!header || header->size() <= bearer.size()) return std::nullopt;
  for (std::size_t at = 0; at < bearer.size(); ++at)
    if (std::tolower(static_cast<unsigned char>((*header)[at])) != bearer[at]) return std::nullopt;
  return header->substr(bearer.size());
}

} // namespace maque::http

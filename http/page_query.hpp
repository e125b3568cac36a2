#pragma once

#include "domain/errors.hpp"
#include "domain/limits.hpp"
#include "http/request.hpp"
#include "security/base64url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Pages of lists: ?limit=&cursor=. A cursor is the id of the last item, in a form that nobody is
/// tempted to make himself.
namespace maque::http {

/// From 1 to limits::page_size_max. Fails with invalid_field.
inline result<std::uint32_t> read_limit(std::string_view query) {
  const auto given = query_parameter(query, "limit");
  if (given.well_formed && !given.value) return limits::page_size_default;
  std::uint32_t limit = 0;
  if (given.value) {
    const char* end = given.value->data() + given.value->size();
    const auto [stop, failure] = std::from_chars(given.value->data(), end, limit);
    if (failure != std::errc{} || stop != end) limit = 0;
  }
  if (limit < 1 || limit > limits::page_size_max)
    return maque::fail(errc::invalid_field,
                       "limit: has to be from 1 to " + std::to_string(limits::page_size_max));
  return limit;
}

template <class Id>
std::string encode_cursor(Id last) {
  return security::encode_base64url(to_string(last));
}

/// Nothing: from the first item on. Fails with invalid_field.
template <class Id>
result<std::optional<Id>> read_cursor(std::string_view query) {
  const auto given = query_parameter(query, "cursor");
  if (given.well_formed && !given.value) return std::nullopt;
  const auto decoded = given.value ? security::decode_base64url(*given.value) : std::nullopt;
  const auto last = decoded ? Id::parse(*decoded) : std::nullopt;
  if (!last) return maque::fail(errc::invalid_field, "cursor: not one that a list returned");
  return last;
}

} // namespace maque::http

#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace maque::db {

/// Writes one element of an array in PostgreSQL's text form, as in {1,NULL,"a \"b\""}
/// (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
void append_element(std::string& literal, std::int64_t value);
void append_element(std::string& literal, std::string_view text);
void append_element(std::string& literal, std::span<const std::uint8_t> bytes);

inline void append_element(std::string& literal, utc_time time) {
  append_element(literal, to_unix_micros(time));
}

template <class Tag>
void append_element(std::string& literal, basic_id<Tag> id) {
  append_element(literal, static_cast<std::int64_t>(id.value));
}

inline void append_element(std::string& literal, const std::vector<std::uint8_t>& bytes) {
  append_element(literal, std::span{bytes});
}

template <class T>
void append_element(std::string& literal, const std::optional<T>& value) {
  if (value)
    append_element(literal, *value);
  else
    literal += "NULL";
}

/// The array of what `element` makes of each of `rows`: one column of many rows as one parameter.
template <class Rows, class Element>
std::string array_of(const Rows& rows, const Element& element) {
  std::string literal = "{";
  for (const auto& row : rows) {
    if (literal.size() > 1) literal += ',';
    append_element(literal, element(row));
  }
  return literal += '}';
}

/// A value that may be absent, as the only element of an array: ($1::text[])[1]. How NULL is given
/// as a parameter differs between the versions of libpqxx.
template <class T>
std::string optional_of(const std::optional<T>& value) {
  return array_of(std::span{&value, 1}, [](const auto& each) { return each; });
}

/// As one parameter of type bytea.
std::string bytea_of(std::span<const std::uint8_t> bytes);

} // namespace maque::db

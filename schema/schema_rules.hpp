#pragma once

#include "domain/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace maque {

/// A schema without references, and what is to be known of it before a value meets it.
struct bounded_schema {
  nlohmann::json document;
  std::size_t parts = 0;
  bool has_patterns = false;       ///< Or formats that are checked as such.
  std::size_t patterns = 0;        ///< How many of them.
  int quantifiers = 0;             ///< Of the pattern that has the most.
  bool compares_all_items = false; ///< uniqueItems: as many comparisons as pairs.
};

/// Replaces references by what they name and refuses what json_schema doesn't support. Fails with
/// config_schema_invalid.
result<bounded_schema> bound_schema(const nlohmann::json& schema);

/// All values inside of a value, and itself.
std::size_t count_parts(const nlohmann::json& value);
/// How many steps a pattern with so many quantifiers takes at most on all strings of the value, be
/// they values or names: the ways to divide each of them among the quantifiers.
double pattern_steps(const nlohmann::json& value, int quantifiers);
/// Of the longest string, be it a value or a name.
std::size_t longest_string(const nlohmann::json& value);

} // namespace maque

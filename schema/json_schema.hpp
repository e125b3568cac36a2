#pragma once

#include "domain/errors.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string_view>

namespace maque {

/// A JSON Schema (draft 7, https://json-schema.org/draft-07), with bounds, so that no schema and no
/// value can keep anybody busy for long:
/// - `$ref` names a place of the same document ("#/definitions/colour"); nothing is ever fetched,
///   and no schema may contain itself;
/// - a `pattern` begins with "^", has at most 128 bytes and three quantifiers, and no groups; with
///   one, or with a `format` of dates and times, no string of a value may be longer than 256 bytes;
/// - `patternProperties` is refused;
/// - the number of a value's parts times that of the schema's parts has a limit.
class json_schema {
public:
  /// Fails with config_schema_invalid; the hint says where, as a JSON pointer, and what.
  /// @param text a JSON document; its size and depth are the caller's to check.
  static result<json_schema> parse(std::string_view text);

  /// Fails with config_value_invalid; the hint is "at /a/0: …" with a JSON pointer (RFC 6901) into
  /// the value, "at the top: …" for all of it.
  result<void> check(const nlohmann::json& value) const;

private:
  struct parts;
  explicit json_schema(std::shared_ptr<const parts> parsed) : parsed_{std::move(parsed)} {}

  std::shared_ptr<const parts> parsed_;
};

} // namespace maque

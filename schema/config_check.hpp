#pragma once

#include "domain/config_value.hpp"

#include <string>
#include <string_view>

namespace maque {

/// Without the blanks between the tokens: what is served has no line breaks. All else stays as it
/// was written; a parser would change numbers. @param json valid
std::string compact_json(std::string_view json);

/// Checks all of a content that is about to be saved or published, and takes the blanks out of its
/// JSON: the value, what others get instead, and both of them by the schema. Fails as
/// check_config_content() does, and with invalid_json, config_schema_invalid, config_value_invalid.
result<config_content> checked_config_content(config_content content);

} // namespace maque

#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace maque::test {

/// Replaces each {"$ref": "#/…"} by what it points at, and `nullable` of OpenAPI 3.0 by what JSON
/// Schema says instead. Throws std::invalid_argument if a reference leads nowhere or in a circle.
nlohmann::json resolve_references(const nlohmann::json& document);

/// What of `value` is not as the schema says, one line each; empty if all of it is.
std::string explain_mismatch(const nlohmann::json& schema, const nlohmann::json& value);

} // namespace maque::test

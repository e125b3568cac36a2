#include "support/json_schema.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <stdexcept>

namespace maque::test {

namespace {

using nlohmann::json;
using adapter = valijson::adapters::NlohmannJsonAdapter;

/// More than any document that isn't circular has.
constexpr int nesting_max = 64;

/// {"type": "string", "nullable": true} is {"type": ["string", "null"]}; with an enum, null has to
/// be one of its values (OpenAPI 3.0.3, clarification of nullable).
void allow_null(json& schema) {
  if (!schema.is_object() || !schema.value("nullable", false)) return;
  schema.erase("nullable");
  if (schema.contains("type")) schema["type"] = json::array({schema["type"], "null"});
}

json resolve(const json& part, const json& document, int depth) {
  if (depth > nesting_max) throw std::invalid_argument{"a circle of references"};
  if (part.is_object() && part.contains("$ref")) {
    const std::string target = part.at("$ref").get<std::string>();
    const json::json_pointer pointer{target.substr(target.find('#') + 1)};
    if (!document.contains(pointer)) throw std::invalid_argument{"no such reference: " + target};
    return resolve(document.at(pointer), document, depth + 1);
  }
  if (!part.is_structured()) return part;
  json made = part;
  for (auto& child : made)
    child = resolve(child, document, depth + 1);
  allow_null(made);
  return made;
}

} // namespace

json resolve_references(const json& document) {
  return resolve(document, document, 0);
}

std::string explain_mismatch(const json& schema, const json& value) {
  valijson::Schema parsed;
  valijson::SchemaParser{}.populateSchema(adapter{schema}, parsed);
  valijson::ValidationResults found;
  if (valijson::Validator{}.validate(parsed, adapter{value}, &found)) return {};

  std::string text;
  for (const auto& problem : found) {
    for (const std::string& step : problem.context)
      text += step;
    text += ": " + problem.description + "\n";
  }
  return text;
}

} // namespace maque::test

#include "schema/json_schema.hpp"

#include "schema/schema_rules.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <string>
#include <utility>

namespace maque {

namespace {

using nlohmann::json;
using adapter = valijson::adapters::NlohmannJsonAdapter;

constexpr std::size_t checked_string_bytes = 256;
/// Parts of a value times parts of its schema: less than a second.
constexpr std::size_t work_max = 2'000'000;

/// Steps of all patterns on all strings: less than a second.
constexpr double pattern_steps_max = 10'000'000;

tl::unexpected<error> unfit(std::string hint) {
  return fail(errc::config_value_invalid, std::move(hint));
}

/// From the steps that valijson shows: <root>, [0], ["name"].
std::string pointer_of(const std::vector<std::string>& steps) {
  json::json_pointer pointer;
  for (const std::string& step : steps) {
    if (step.starts_with("[\"") && step.ends_with("\"]"))
      pointer.push_back(step.substr(2, step.size() - 4));
    else if (step.starts_with('[') && step.ends_with(']'))
      pointer.push_back(step.substr(1, step.size() - 2));
  }
  return pointer.empty() ? "the top" : pointer.to_string();
}

} // namespace

struct json_schema::parts {
  explicit parts(bounded_schema bounded) : source{std::move(bounded)} {}

  bounded_schema source;
  valijson::Schema compiled{};
};

result<json_schema> json_schema::parse(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return fail(errc::config_schema_invalid, "schema: not valid JSON");
  if (!document.is_object())
    return fail(errc::config_schema_invalid, "schema: it has to be an object");
  auto bounded = bound_schema(document);
  if (!bounded) return tl::unexpected{std::move(bounded.error())};
  const auto parsed = std::make_shared<parts>(std::move(*bounded));
  try {
    valijson::SchemaParser{}.populateSchema(adapter{parsed->source.document}, parsed->compiled);
  } catch (const std::exception& problem) {
    return fail(errc::config_schema_invalid, std::string{"schema: "} + problem.what());
  }
  return json_schema{parsed};
}

result<void> json_schema::check(const json& value) const {
  const bounded_schema& source = parsed_->source;
  const std::size_t count = count_parts(value);
  if (count * (source.compares_all_items ? std::max(count, source.parts) : source.parts) > work_max)
    return unfit("at the top: too many parts to be checked by this schema");
  if (source.has_patterns && longest_string(value) > checked_string_bytes)
    return unfit("at the top: with a pattern in the schema, strings have at most 256 bytes");
  if (source.has_patterns &&
      static_cast<double>(source.patterns) * pattern_steps(value, source.quantifiers) >
          pattern_steps_max)
    return unfit("at the top: too many or too long strings for the patterns of this schema");
  valijson::ValidationResults found;
  try {
    if (valijson::Validator{}.validate(parsed_->compiled, adapter{value}, &found)) return {};
  } catch (const std::exception& problem) { // A pattern takes too many steps.
    return unfit(std::string{"at the top: "} + problem.what());
  }
  if (found.begin() == found.end()) return unfit("at the top: the schema allows no such value");
  return unfit("at " + pointer_of(found.begin()->context) + ": " + found.begin()->description);
}

} // namespace maque

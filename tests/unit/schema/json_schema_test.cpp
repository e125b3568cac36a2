#include "schema/json_schema.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace maque {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string refusal_of(const std::string& schema, const std::string& value) {
  const auto parsed = json_schema::parse(schema);
  if (!parsed) return "no schema: " + parsed.error().hint;
  const auto checked = parsed->check(json::parse(value));
  if (checked) return {};
  EXPECT_EQ(checked.error().code, errc::config_value_invalid);
  return checked.error().hint;
}

TEST(JsonSchema, SaysWhereAValueDoesNotFit) {
  const std::string shop = R"({"type":"object","required":["price"],"additionalProperties":false,
    "properties":{"price":{"type":"number","minimum":0},
                  "a/b":{"type":"array","items":{"$ref":"#/definitions/colour"}}},
    "definitions":{"colour":{"enum":["red","blue"]}}})";
  struct {
    std::string value;
    std::string hint; ///< Empty: it fits.
  } const cases[]{
      {R"({"price":1})", ""},
      {R"({"price":1,"a/b":["red","blue"]})", ""},
      {R"({"price":1,"a/b":["red","green"]})", "at /a~1b/1: "},
      {R"({"price":-1})", "at /price: "},
      {R"({"price":"1"})", "at /price: "},
      {R"({})", "at the top: Missing required property 'price'"},
      {R"({"price":1,"x":2})", "at the top: "},
      {"null", "at the top: "},
  };
  for (const auto& each : cases) {
    if (each.hint.empty())
      EXPECT_EQ(refusal_of(shop, each.value), "");
    else
      EXPECT_THAT(refusal_of(shop, each.value), HasSubstr(each.hint)) << each.value;
  }
}

TEST(JsonSchema, KnowsWhatDraft7Has) {
  struct {
    std::string schema;
    std::string good;
    std::string bad;
  } const cases[]{
      {R"({"const":{"type":"x"}})", R"({"type":"x"})", "1"},
      {R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"type":"integer"}})", "3",
       "\"a\""},
      {R"({"exclusiveMinimum":1})", "2", "1"},
      {R"({"anyOf":[{"type":"null"},{"type":"boolean"}]})", "null", "0"},
      {R"({"not":{"type":"null"}})", "1", "null"},
      {R"({"pattern":"^#[0-9a-f]{6}$"})", "\"#00ff00\"", "\"#00ff0g\""},
      {R"({"properties":{"pattern":{"type":"string"},"type":{"type":"string"}}})",
       R"({"pattern":"((","type":"x"})", R"({"pattern":1})"},
      {R"({"uniqueItems":true})", "[1,2]", "[1,1]"},
      {R"({"type":["integer","null"]})", "null", "1.5"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(refusal_of(each.schema, each.good), "") << each.schema;
    EXPECT_THAT(refusal_of(each.schema, each.bad), HasSubstr("at ")) << each.schema;
  }
}

TEST(JsonSchema, IsRefusedIfItIsNoneOrHasNoBounds) {
  const std::string deep = [] {
    std::string text = "{}";
    for (int i = 0; i < 70; ++i)
      text = R"({"not":)" + text + "}";
    return text;
  }();
  // Each one twice the one before: 2^15 parts.
  std::string doubling = R"({"$ref":"#/definitions/d0","definitions":{)";
  for (int i = 0; i < 15; ++i) {
    const std::string next = R"({"$ref":"#/definitions/d)" + std::to_string(i + 1) + "\"}";
    doubling += "\"d" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "]},";
  }
  doubling += R"("d15":{}}})";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{", "not valid JSON"},
      {"true", "has to be an object"},
      {R"({"type":"strnig"})", "at /type: no such type"},
      {R"({"properties":{"a":{"type":3}}})", "at /properties/a/type: no such type"},
      {R"({"minLength":"x"})", "minLength"},
      {R"({"properties":[]})", ""},
      {R"({"$ref":"https://example.com/schema"})", "at /$ref: only places of this document"},
      {R"({"items":{"$ref":"file:///etc/passwd"}})", "at /items/$ref: only places"},
      {R"({"items":{"$ref":"#"}})", "at /items/$ref: only places"},
      {R"({"$ref":"#/definitions/none"})", "at /$ref: there is no such place"},
      {R"({"$ref":"#/a/~2"})", "at /$ref: there is no such place"},
      {R"({"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}})",
       "contains itself"},
      {R"({"$ref":"#/definitions/a","definitions":{"a":{"items":{"$ref":"#/definitions/a"}}}})",
       "contains itself"},
      {deep, "too deep"},
      {doubling, "more than 1000 parts"},
      {R"({"enum":)" + json(std::vector<int>(1'000)).dump() + "}", "more than 1000 parts"},
      {R"({"multipleOf":0})", "at /multipleOf: has to be a number above 0"},
      {R"({"multipleOf":-1})", "at /multipleOf: has to be a number above 0"},
      {R"({"multipleOf":18446744073709551615})", "at /multipleOf: has to be a number above 0"},
      // Names that are keywords elsewhere, above a schema.
      {R"({"properties":{"dependencies":{"pattern":"^(a+)+$"}}})", "with a group"},
      {R"({"properties":{"properties":{"properties":{"id":{"pattern":"a"}}}}})",
       "at /properties/properties/properties/id/pattern: a pattern has to begin with ^"},
      {R"({"$ref":"#/definitions/properties","definitions":{"properties":{"pattern":"a"}}})",
       "at /definitions/properties/pattern: a pattern has to begin with ^"},
      {R"({"patternProperties":{"^a":{}}})", "at /patternProperties: not supported"},
      {R"({"pattern":3})", "at /pattern: a pattern is a string"},
      {R"({"pattern":"a+"})", "has to begin with ^"},
      {R"({"pattern":"^(a+)+$"})", "with a group"},
      {R"({"pattern":"^[(]\\(a*b*c*d*"})", "more than three quantifiers"},
      {R"({"pattern":"^a\\1"})", "with a reference"},
      {R"({"pattern":"^a{1,257}"})", "more than 256 repetitions"},
      {R"({"pattern":"^a{99999999999999999999}"})", "more than 256 repetitions"},
      {R"({"pattern":"^[a"})", "no regular expression"},
      {R"({"pattern":"^\\"})", "no regular expression"},
      {R"({"pattern":"^)" + std::string(128, 'a') + "\"}", "longer than 128 bytes"},
  };
  for (const auto& [schema, hint] : cases) {
    const auto refused = json_schema::parse(schema);
    ASSERT_FALSE(refused) << schema;
    EXPECT_EQ(refused.error().code, errc::config_schema_invalid) << schema;
    EXPECT_THAT(refused.error().hint, HasSubstr(hint)) << schema;
  }
}

TEST(JsonSchema, AcceptsPatternsThatAreQuicklyChecked) {
  for (const char* const pattern :
       {R"(^[0-9]+\\.[0-9]+\\.[0-9]+$)", "^a{2,256}$", R"(^[*+?{(]\\*\\+\\?\\{$)", "^$"})
    EXPECT_TRUE(json_schema::parse(std::string{R"({"pattern":")"} + pattern + "\"}")) << pattern;
}

TEST(JsonSchema, ChecksNoLongStringsByPatterns) {
  const std::string longest = '"' + std::string(256, 'a') + '"';
  const std::string longer = '"' + std::string(257, 'a') + '"';
  for (const char* const schema : {R"({"pattern":"^a*"})", R"({"format":"date"})"}) {
    EXPECT_THAT(refusal_of(schema, longer), HasSubstr("at most 256 bytes")) << schema;
    EXPECT_THAT(refusal_of(schema, "{" + longer + ":1}"), HasSubstr("at most 256")) << schema;
    EXPECT_THAT(refusal_of(schema, "[" + longer + "]"), HasSubstr("at most 256")) << schema;
  }
  EXPECT_EQ(refusal_of(R"({"pattern":"^a*"})", longest), "");
  EXPECT_EQ(refusal_of(R"({"format":"uri"})", longer), "");
}

TEST(JsonSchema, ChecksNoValueWhosePatternsWouldTakeLong) {
  const auto strings = [](std::size_t count, std::size_t size) {
    return json(std::vector<std::string>(count, std::string(size, 'a'))).dump();
  };
  const std::string cubic =
      R"({"items":{"anyOf":[{"pattern":"^a*a*a*b"},{"pattern":"^a*a*a*c"},{"pattern":"^a"}]}})";
  EXPECT_THAT(refusal_of(cubic, strings(900, 250)), HasSubstr("too long strings for the patterns"));
  EXPECT_EQ(refusal_of(cubic, strings(1, 200)), "");
  EXPECT_EQ(refusal_of(cubic, strings(900, 20)), "");
  EXPECT_EQ(refusal_of(R"({"items":{"pattern":"^a+$"}})", strings(900, 250)), "");
}

TEST(JsonSchema, ChecksNoValueThatWouldTakeLong) {
  const std::string many = json(std::vector<int>(100'000)).dump();
  EXPECT_EQ(refusal_of(R"({"items":{"type":"integer"}})", many), "");
  EXPECT_THAT(refusal_of(R"({"uniqueItems":true})", many), HasSubstr("too many parts"));
  const std::string all_of =
      R"({"allOf":)" + json(std::vector<json>(400, json::object())).dump() + "}";
  EXPECT_THAT(refusal_of(all_of, many), HasSubstr("too many parts"));
}

} // namespace
} // namespace maque

#include "domain/limits.hpp"
#include "schema/config_check.hpp"

#include <gmock/gmock.h>

#include <string>

namespace maque {
namespace {

using ::testing::HasSubstr;

config_content content_of(std::string json, std::optional<std::string> schema = std::nullopt,
                          std::optional<std::string> otherwise = std::nullopt) {
  config_content content{.json = std::move(json), .description = {}};
  content.schema = std::move(schema);
  if (otherwise) content.targeting = config_targeting{{}, 5'000, std::move(otherwise)};
  return content;
}

TEST(CheckedConfigContent, HasNoBlanksAndEveryNumberAsItWasWritten) {
  const auto checked = checked_config_content(
      content_of(" { \"a b\" : [ 1.50 , \"\\\" , \" ] }\n", "{ \"type\" : \"object\" }", " {\t} "));
  ASSERT_TRUE(checked) << checked.error().hint;
  EXPECT_EQ(*checked, content_of(R"({"a b":[1.50,"\" , "]})", R"({"type":"object"})", "{}"));
}

TEST(CheckedConfigContent, IsRefusedWithAReason) {
  const std::string deep(limits::json_depth + 1, '[');
  const std::string number = R"({"type":"number"})";
  struct {
    config_content content;
    errc code;
    std::string hint;
  } const cases[]{
      {content_of("blue"), errc::invalid_json, "value: syntax error"},
      {content_of(""), errc::invalid_json, "value: syntax error"},
      {content_of(std::string{"1\0", 2}), errc::invalid_json, "value: NUL"},
      {content_of("\"\xFF\""), errc::invalid_json, "value: syntax error"},
      {content_of(deep + std::string(deep.size(), ']')), errc::invalid_json, "value: nested"},
      {content_of("1", {}, "{"), errc::invalid_json, "otherwise: syntax error"},
      {content_of("1", "{"), errc::invalid_json, "schema: syntax error"},
      {content_of("1", R"({"type":"nmber"})"), errc::config_schema_invalid, "schema: at /type"},
      {content_of("\"1\"", number), errc::config_value_invalid, "value: at the top"},
      {content_of("1", number, "null"), errc::config_value_invalid, "otherwise: at the top"},
      {content_of(std::string(limits::config_value_bytes + 1, '1')), errc::body_too_large,
       "value: longer"},
  };
  for (const auto& each : cases) {
    const auto refused = checked_config_content(each.content);
    ASSERT_FALSE(refused) << each.hint;
    EXPECT_EQ(refused.error().code, each.code) << each.hint;
    EXPECT_THAT(refused.error().hint, HasSubstr(each.hint));
  }
}

} // namespace
} // namespace maque

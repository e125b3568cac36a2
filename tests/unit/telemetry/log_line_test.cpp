#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace maque::log {
namespace {

using nlohmann::json;

constexpr utc_time noon = from_unix_micros(1'795'343'902'000'001); // 2026-11-22T10:38:22.000001Z

std::string line_with(std::string_view message, std::initializer_list<field> fields = {}) {
  std::string out;
  append_line(out, noon, level::info, source::server, nullptr, message, fields);
  return out;
}

// The line as JSON, and a failure if it isn't exactly one line.
json parse_single_line(const std::string& line) {
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  EXPECT_TRUE(line.ends_with("}\n")) << line;
  return json::parse(line);
}

TEST(LogLines, HaveTheDocumentedForm) {
  trace_id trace;
  for (std::size_t index = 0; index < trace.bytes.size(); ++index)
    trace.bytes[index] = static_cast<std::uint8_t>(index * 17);
  std::string out;
  append_line(out, noon, level::warn, source::server, &trace, "slow",
              {{"route", "/ping"},
               {"status", std::int64_t{-200}},
               {"bytes", std::numeric_limits<std::uint64_t>::max()},
               {"seconds", 0.25},
               {"cached", true}});
  EXPECT_EQ(out, R"({"timestamp":"2026-11-22T10:38:22.000001Z","level":"warn","module":"server",)"
                 R"("trace_id":"00112233445566778899aabbccddeeff","message":"slow",)"
                 R"("route":"/ping","status":-200,"bytes":18446744073709551615,)"
                 R"("seconds":0.25,"cached":true})"
                 "\n");
}

TEST(LogLines, AreAppendedToWhatIsThere) {
  auto out = line_with("first");
  append_line(out, noon, level::info, source::server, nullptr, "second", {});
  EXPECT_EQ(out, line_with("first") + line_with("second"));
}

TEST(LogLines, LeaveTheTraceOutWhenThereIsNone) {
  EXPECT_FALSE(parse_single_line(line_with("started")).contains("trace_id"));
}

TEST(LogLines, AlwaysHaveSixDigitsOfFraction) {
  struct row {
    std::int64_t micros;
    const char* text;
  };
  for (const auto& [micros, text] : {row{0, "1970-01-01T00:00:00.000000Z"},
                                     {999'999, "1970-01-01T00:00:00.999999Z"},
                                     {951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},
                                     {1'735'689'599'000'010, "2024-12-31T23:59:59.000010Z"},
                                     {-1, "1969-12-31T23:59:59.999999Z"}}) {
    std::string out;
    append_line(out, from_unix_micros(micros), level::info, source::server, nullptr, "", {});
    EXPECT_EQ(json::parse(out)["timestamp"], text);
  }
}

TEST(LogLines, WriteNumbersThatAreNotFiniteAsNull) {
  for (const double number :
       {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()})
    EXPECT_TRUE(parse_single_line(line_with("", {{"number", number}}))["number"].is_null());
}

TEST(LogLines, KeepDoublesExactly) {
  for (const double number : {0.1, -1e-300, std::numeric_limits<double>::max(), 3.0,
                              std::numeric_limits<double>::denorm_min()})
    EXPECT_EQ(parse_single_line(line_with("", {{"number", number}}))["number"].get<double>(),
              number);
}

TEST(LogLines, KeepTextThatIsWellFormed) {
  for (const std::string text : {"plain", "\"quoted\" and \\ back", "a\tb\rc\nd\be\ff", "麻雀虽小",
                                 "\U0001F426", "\x7F", "\u0085next", "\u2028\u2029", ""})
    EXPECT_EQ(parse_single_line(line_with(text, {{"text", text}}))["text"], text);
}

TEST(LogLines, ReplaceEachByteThatIsNotUtf8) {
  struct row {
    std::string given;
    std::string shown;
  };
  const std::string mark = "\uFFFD";
  const std::vector<row> rows = {
      {"a\x80z", "a" + mark + "z"},                             // a continuation alone
      {"\xC0\xAF", mark + mark},                                // an overlong form
      {"\xE0\x9F\xBF", mark + mark + mark},                     // another
      {"\xED\xA0\x80", mark + mark + mark},                     // a surrogate
      {"\xF4\x90\x80\x80", mark + mark + mark + mark},          // above U+10FFFF
      {"\xF5\xFF", mark + mark},                                // no lead at all
      {"\xE9\xBA", mark + mark},                                // cut
      {"\xE9\xBA\"x", mark + mark + "\"x"},                     // cut by a quotation mark
      {"\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"}, // both neighbours of surrogates
  };
  for (const auto& [given, shown] : rows)
    EXPECT_EQ(parse_single_line(line_with(given))["message"], shown);
}

TEST(LogLines, Asvs16_4_1_CannotBeForgedThroughAnyByte) {
  for (int byte = 0; byte < 256; ++byte) {
    // At every place of a word, for the scan reads eight bytes at a time.
    for (std::size_t place = 0; place < 9; ++place) {
      std::string text = "123456789";
      text[place] = static_cast<char>(byte);
      const auto parsed = parse_single_line(line_with(text, {{text, text}}));
      ASSERT_EQ(parsed.size(), 5) << byte;
      if (byte < 0x80) {
        EXPECT_EQ(parsed["message"], text);
      }
    }
  }
}

TEST(LogLines, Asvs16_4_1_StayOneEventWhateverIsInjected) {
  for (const std::string attack :
       {"x\n{\"level\":\"info\",\"message\":\"admin logged in\"}", "x\",\"level\":\"critical",
        "x\\", "x\\\"", "\r\nx", "\x1B[2Jx", "\u009B2J", "a\u2028b", "a\u0085b", "</script>"}) {
    const auto line = line_with(attack, {{attack, attack}});
    const auto parsed = parse_single_line(line);
    EXPECT_EQ(parsed.size(), 5);
    EXPECT_EQ(parsed["level"], "info");
    EXPECT_EQ(parsed["message"], attack);
    for (const auto* raw : {"\u2028", "\u2029", "\u0085", "\u009B", "\x1B", "\r"})
      EXPECT_EQ(line.find(raw), std::string::npos) << line;
  }
}

TEST(LogLines, Asvs16_4_1_AreJsonForRandomBytes) {
  std::mt19937 generator{7};
  std::uniform_int_distribution<int> any_byte{0, 255};
  for (int round = 0; round < 2'000; ++round) {
    std::string noise(static_cast<std::size_t>(round % 64), '\0');
    std::generate(noise.begin(), noise.end(),
                  [&] { return static_cast<char>(any_byte(generator)); });
    EXPECT_TRUE(parse_single_line(line_with(noise, {{"noise", noise}})).is_object());
  }
}

TEST(LogLevels, AreParsedByTheirNamesAndByNothingElse) {
  for (const auto value : {level::trace, level::debug, level::info, level::warn, level::error,
                           level::critical, level::off})
    EXPECT_EQ(parse_level(to_string(value)), value);
  for (const auto* text : {"", "INFO", "warning", "info "})
    EXPECT_EQ(parse_level(text), std::nullopt);
}

} // namespace
} // namespace maque::log

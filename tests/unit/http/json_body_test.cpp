#include "domain/limits.hpp"
#include "http/json_body.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <vector>

namespace maque::http {
namespace {

using namespace std::string_literals;

request request_with(std::string_view body) {
  request made;
  made.add_field("Content-Type", "application/json");
  made.end_header();
  made.append_body(body);
  return made;
}

/// Of a body whose field "a" may be anything: its JSON, or the name of the refusal.
std::string reading_of(std::string_view body) {
  const request incoming = request_with(body);
  auto read = json_body::read(incoming);
  if (!read) return std::string{info(read.error().code).name};
  const auto json = read->optional_json("a");
  if (const auto finished = read->finish(); !finished)
    return std::string{info(finished.error().code).name};
  return json.value_or("nothing");
}

struct reading {
  std::string body;
  std::string value;
};

void expect_readings(const std::vector<reading>& readings) {
  for (const auto& [body, value] : readings)
    EXPECT_EQ(reading_of(body), value) << testing::PrintToString(body);
}

std::string nested(std::size_t depth) {
  return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(JsonBody, IsReadAsItWasWritten) {
  expect_readings({
      {"{}", "nothing"},
      {" \t\r\n{ \"a\" : 1 } \n", "1"},
      {R"({"a":"\u4eba\ud83d\ude00"})", "\"人😀\""},
      {"{\"a\":\"人😀\"}", "\"人😀\""},
      {R"({"a":"\/\b\f\n\r\t\"\\"})", R"("/\u0008\u000c\n\r\t\"\\")"},
      {R"({"a":[1,-2,0.5,1e3,true,false,null,"x",{"b":{}}]})",
       R"([1,-2,0.5,1e3,true,false,null,"x",{"b":{}}])"},
      {R"({"a":9223372036854775807})", "9223372036854775807"},
      {R"({"a":18446744073709551615})", "18446744073709551615"},
      {nested(limits::json_depth),
       std::string(limits::json_depth - 1, '[') + std::string(limits::json_depth - 1, ']')},
  });
}

// RFC 8259 is the whole of it: nothing that some readers take and others don't.
TEST(JsonBody, IsRefusedIfItIsNoJson) {
  for (const std::string& body :
       {""s, " "s, "{"s, "}"s, "{\"a\"}"s, "{\"a\":}"s, "{\"a\":1,}"s, "{,}"s, "{\"a\":1 \"b\":2}"s,
        "{a:1}"s, "{'a':1}"s, "{\"a\":1}{}"s, "{\"a\":1},"s, "{\"a\":1}x"s, "{\"a\":1}\0"s,
        "{\"a\":\0}"s, "{\"a\":[1,]}"s, "{\"a\":[1}"s, "{\"a\":/**/1}"s, "{\"a\":1}//"s,
        // An object, and nothing else.
        "1"s, "\"a\""s, "null"s, "[]"s, "[{\"a\":1}]"s,
        // Numbers: section 6.
        "{\"a\":01}"s, "{\"a\":+1}"s, "{\"a\":.5}"s, "{\"a\":5.}"s, "{\"a\":1e}"s, "{\"a\":0x1}"s,
        "{\"a\":-}"s, "{\"a\":--1}"s, "{\"a\":NaN}"s, "{\"a\":Infinity}"s, "{\"a\":1e999}"s,
        "{\"a\":-1e999}"s, "{\"a\":1_0}"s, "{\"a\":True}"s,
        // Strings: section 7.
        "{\"a\":\"\n\"}"s, "{\"a\":\"\t\"}"s, "{\"a\":\"\x01\"}"s, "{\"a\":\"\\x\"}"s,
        "{\"a\":\"\\u12\"}"s, "{\"a\":\"\\u12g4\"}"s, "{\"a\":\"open}"s, "{\"a\":\"\\\"}"s,
        // Halves of a pair (8.2).
        R"({"a":"\ud83d"})"s, R"({"a":"\ude00"})"s, R"({"a":"\ud83d\u0041"})"s,
        R"({"a":"\ude00\ud83d"})"s, R"({"a":"\ud83dx"})"s, R"({"\ud83d":1})"s,
        // No UTF-8 (RFC 3629): overlong, halves of pairs, beyond the last, cut, alone.
        "{\"a\":\"\xC0\xAF\"}"s, "{\"a\":\"\xE0\x80\xAF\"}"s, "{\"a\":\"\xF0\x80\x80\xAF\"}"s,
        "{\"a\":\"\xED\xA0\xBD\xED\xB8\x80\"}"s, "{\"a\":\"\xED\xA0\x80\"}"s,
        "{\"a\":\"\xF4\x90\x80\x80\"}"s, "{\"a\":\"\xF8\x88\x80\x80\x80\"}"s,
        "{\"a\":\"\xE4\xBA\"}"s, "{\"a\":\"\x80\"}"s, "{\"a\":\"\xFF\"}"s, "{\"\xC0\xAF\":1}"s,
        "\xFF\xFE{\0}\0"s,
        // Names twice (section 4), also if one is escaped, and inside of fields.
        R"({"a":1,"a":1})"s, R"({"a":1,"\u0061":2})"s, R"({"a":{"b":1,"b":2}})"s,
        R"({"a":[{"b":1,"\u0062":2}]})"s})
    EXPECT_EQ(reading_of(body), "invalid_json") << testing::PrintToString(body);
}

TEST(JsonBody, IsBounded) {
  const auto with_fields = [](std::size_t count) {
    std::string body = R"({"a":1)";
    for (std::size_t number = 1; number < count; ++number)
      body += fmt::format(R"(,"f{}":1)", number);
    return body + "}";
  };
  expect_readings({
      {nested(limits::json_depth + 1), "invalid_json"},
      {nested(100'000), "invalid_json"},
      {std::string(100'000, '['), "invalid_json"},
      {with_fields(json_body::max_fields), "invalid_field"}, // which no route has
      {with_fields(json_body::max_fields + 1), "invalid_json"},
  });
}

TEST(JsonBody, HasWholeNumbersWithinBoundsOnly) {
  const auto number_in = [](std::string_view written) {
    auto read = json_body::read(request_with(fmt::format(R"({{"a":{}}})", written)));
    const auto number = read->optional_number("a", -5, 5);
    return read->finish() ? number : std::nullopt;
  };
  EXPECT_EQ(number_in("-5"), -5);
  EXPECT_EQ(number_in("5"), 5);
  EXPECT_EQ(number_in("-0"), 0);
  for (const char* written :
       {"6", "-6", "1.0", "1e0", "\"1\"", "true", "null", "9223372036854775808",
        "18446744073709551616", "-9223372036854775809", "4294967297"})
    EXPECT_EQ(number_in(written), std::nullopt) << written;
}

} // namespace
} // namespace maque::http

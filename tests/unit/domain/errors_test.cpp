#include "domain/errors.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace maque {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const std::string source_folder = MAQUE_SOURCE_DIR;

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in{source_folder + "/" + file};
  EXPECT_TRUE(in) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

// "| 40000 | 400 | client | `malformed_request` | malformed request |", without the last column,
// which is advice.
std::string documented_row(const error_info& row) {
  return "| " + std::to_string(row.code) + " | " + std::to_string(row.http_status) + " | " +
         std::string{to_string(row.kind)} + " | `" + std::string{row.name} + "` | " +
         std::string{row.message} + " |";
}

// The row without its last column; the whole line if it hasn't six columns.
std::string without_advice(const std::string& line) {
  if (std::ranges::count(line, '|') != 7) return line;
  return line.substr(0, line.rfind('|', line.size() - 2) + 1);
}

bool is_row_of_a_code(const std::string& line) {
  return line.size() > 2 && line.starts_with("| ") && line[2] >= '0' && line[2] <= '9';
}

TEST(Errors, AreDocumentedWithEveryFieldAndNothingElseIs) {
  std::vector<std::string> documented;
  for (const std::string& line : lines_of("docs/errors.md")) {
    if (is_row_of_a_code(line)) documented.push_back(without_advice(line));
  }

  std::vector<std::string> expected;
  for (const error_info& each : all_errors()) {
    expected.push_back(documented_row(each));
  }
  EXPECT_THAT(documented, ElementsAreArray(expected));
}

// C++ can't list enumerators, so the header is read: those of errc begin a line, and a comma ends
// them.
TEST(Errors, HaveARowForEveryEnumerator) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
  std::vector<std::string> enumerators;
  bool is_inside = false;
  for (const std::string& line : lines_of("domain/errors.hpp")) {
    if (line.starts_with("enum class errc")) is_inside = true;
    if (line == "};") is_inside = false;
    const std::size_t begin = line.find_first_not_of(' ');
    if (!is_inside || begin != 2 || line.find(',') == std::string::npos) continue;
    const std::string name = line.substr(begin, line.find_first_not_of(letters, begin) - begin);
    if (!name.empty()) enumerators.push_back(name);
  }

  std::vector<std::string> names;
  for (const error_info& each : all_errors()) {
    names.emplace_back(each.name);
  }
  EXPECT_THAT(names, ElementsAreArray(enumerators));
}

TEST(Errors, AreFoundByTheirValue) {
  for (const error_info& each : all_errors()) {
    EXPECT_EQ(&info(each.value), &each) << each.name;
  }
}

TEST(Errors, OfAnUnknownValueAreInternal) {
  const auto behind_the_last = static_cast<errc>(static_cast<int>(all_errors().back().value) + 1);
  for (const errc unknown : {errc{}, behind_the_last, static_cast<errc>(255)}) {
    EXPECT_EQ(info(unknown).value, errc::internal);
  }
}

TEST(Errors, OfUpstreamsAreNotBlamedOnUs) {
  std::vector<std::string_view> upstream;
  std::vector<std::string_view> server;
  for (const error_info& each : all_errors()) {
    if (each.kind == error_kind::upstream) upstream.push_back(each.name);
    if (each.kind == error_kind::server) server.push_back(each.name);
    EXPECT_EQ(each.kind == error_kind::client, each.http_status < 500) << each.name;
  }
  EXPECT_THAT(upstream, ElementsAre("wechat_rejected_us", "wechat_bad_reply",
                                    "database_unavailable", "wechat_unavailable"));
  EXPECT_THAT(server, ElementsAre("internal", "overloaded", "shutting_down", "deadline_exceeded"));
}

TEST(Errors, CarryTheirHintAndTheirCauseApart) {
  const result<int> failed = fail(errc::invalid_field, "nickname: too long", "65 characters");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, errc::invalid_field);
  EXPECT_EQ(failed.error().hint, "nickname: too long");
  EXPECT_EQ(failed.error().cause, "65 characters");
  EXPECT_EQ(failed.error().retry_after, std::nullopt);
}

// ASVS 6.3.8: one error for an unknown user and for a wrong password, and its text tells nothing.
TEST(Errors, Asvs6_3_8_BadCredentialsDoNotTellWhichPartWasWrong) {
  EXPECT_EQ(info(errc::bad_credentials).message, "wrong username or password");
  EXPECT_EQ(info(errc::bad_credentials).http_status, 401);
}

} // namespace
} // namespace maque

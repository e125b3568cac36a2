#include "import_line.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace maque {
namespace {

const std::string argon2id = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$"
                             "wVSrRFJhDBnJVNmf9EkWCPN9Wl7YcbWQqTxHIB3FgVo";

TEST(ImportLine, HasAUsernameAndAHashWhichMayHaveCommas) {
  const auto read = parse_import_line("Alice.Smith@example.com," + argon2id);
  ASSERT_TRUE(read) << read.error().cause;
  EXPECT_EQ(read->name.text(), "alice.smith@example.com");
  EXPECT_EQ(read->password_hash, argon2id);
}

TEST(ImportLine, SaysWhatIsWrongAndNothingOfTheHash) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"alice", "no comma between a username and a hash"},
      {argon2id.substr(0, 10), "no comma between a username and a hash"},
      {"," + argon2id, "username: shorter than 3 characters"},
      {"al ice," + argon2id, "username: may have letters from A to Z, digits and . _ @ + - only"},
      {" alice," + argon2id, "username: may have letters from A to Z, digits and . _ @ + - only"}};
  for (const auto& [line, why] : wrong) {
    const auto read = parse_import_line(line);
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error().code, errc::invalid_field);
    EXPECT_EQ(read.error().cause, why);
  }
  for (const std::string& hash :
       {std::string{}, std::string{"secret-in-plain-text"}, argon2id + " ", " " + argon2id,
        argon2id + ",operator",
        "$argon2id$v=19$m=65536,t=2,p=1$" + std::string(600, 'A') + "$" + std::string(43, 'A')}) {
    const auto read = parse_import_line("alice," + hash);
    ASSERT_FALSE(read) << hash;
    EXPECT_EQ(read.error().cause.find("hash: not one of"), 0U);
    EXPECT_EQ(read.error().cause.find("secret"), std::string::npos);
  }
}

/// Each line as "number:text", or "number!" if it was too long.
std::vector<std::string> lines_of(const std::string& file) {
  std::istringstream from{file};
  import_lines lines{from};
  std::vector<std::string> read;
  for (;;) {
    const auto line = lines.next();
    if (line && !*line) return read;
    read.push_back(std::to_string(lines.number()) + (line ? ":" + std::string{**line} : "!"));
  }
}

TEST(ImportLines, AreNumberedWhateverTheirEndIs) {
  using texts = std::vector<std::string>;
  EXPECT_EQ(lines_of(""), texts{});
  EXPECT_EQ(lines_of("a"), texts{"1:a"});
  EXPECT_EQ(lines_of("a\n"), texts{"1:a"});
  EXPECT_EQ(lines_of("a\r\n\r\nb\n\nc"), (texts{"1:a", "2:", "3:b", "4:", "5:c"}));
}

TEST(ImportLines, OneThatIsTooLongDoesNotHideTheOthers) {
  using texts = std::vector<std::string>;
  const std::string longest(import_line_bytes - 1, 'x');
  const std::string longer(import_line_bytes * 3, 'x');
  EXPECT_EQ(lines_of(longest + "\n"), texts{"1:" + longest});
  EXPECT_EQ(lines_of(longer + "\nb\n"), (texts{"1!", "2:b"}));
  EXPECT_EQ(lines_of("a\n" + longer), (texts{"1:a", "2!"}));
}

} // namespace
} // namespace maque

#include "support/patience.hpp"
#include "support/temporary_folder.hpp"
#include "telemetry/log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace maque::log {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_now(writer& subject, const std::string& line) {
  subject.write(line + "\n", 1);
  ASSERT_TRUE(subject.flush(std::chrono::steady_clock::now() + test::patience));
}

TEST(LogWriter, GoesOnInANewFileWhenTheOpenOneWasMovedAway) {
  const test::temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  const auto moved = folder.path() / "maque.log.old";
  writer subject{{.file = file}};
  write_now(subject, "1");
  std::filesystem::rename(file, moved);
  write_now(subject, "2");
  subject.reopen();
  write_now(subject, "3");
  EXPECT_EQ(text_of(moved), "1\n2\n");
  EXPECT_EQ(text_of(file), "3\n");
  // Nobody has moved it: nothing is lost.
  subject.reopen();
  write_now(subject, "4");
  EXPECT_EQ(text_of(file), "3\n4\n");
}

} // namespace
} // namespace maque::log

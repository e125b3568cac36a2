#include "support/temporary_folder.hpp"
#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace maque::log {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::temporary_folder;

steady_time in(std::chrono::milliseconds duration) {
  return std::chrono::steady_clock::now() + duration;
}

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

std::string numbered_line(std::size_t number) {
  std::string out;
  append_line(out, utc_time{}, level::info, source::server, nullptr, "line",
              {{"number", std::uint64_t{number}}});
  return out;
}

// A pipe whose reader holds still: what is written to it blocks once its buffer is full.
class stuck_file {
public:
  stuck_file() {
    if (::mkfifo(path().c_str(), 0600) != 0) throw std::runtime_error{"mkfifo"};
    reader_ = ::open(path().c_str(), O_RDWR | O_CLOEXEC);
    ::fcntl(reader_, F_SETPIPE_SZ, 4096);
  }
  ~stuck_file() { ::close(reader_); }
  stuck_file(const stuck_file&) = delete;
  stuck_file& operator=(const stuck_file&) = delete;

  std::filesystem::path path() const { return folder_.path() / "pipe"; }

  // Waits for a line to be written; without its end.
  std::string read_line() const {
    std::string line;
    for (char next = 0; ::read(reader_, &next, 1) == 1 && next != '\n';)
      line.push_back(next);
    return line;
  }

private:
  temporary_folder folder_;
  int reader_ = -1;
};

TEST(LogWriter, WritesWhatItWasGivenInOrderBeforeItEnds) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  {
    writer sink{{.file = file}};
    for (std::size_t number = 0; number < 1'000; ++number)
      sink.write(numbered_line(number), 1);
  }
  const auto lines = read_lines(file);
  ASSERT_EQ(lines.size(), 1'000);
  for (std::size_t number = 0; number < lines.size(); ++number)
    EXPECT_EQ(json::parse(lines[number])["number"], number);
}

TEST(LogWriter, HasWrittenAllWhenFlushReturns) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  writer sink{{.file = file}};
  for (std::size_t round = 1; round <= 20; ++round) {
    sink.write(numbered_line(round) + numbered_line(round), 2);
    ASSERT_TRUE(sink.flush(in(10s)));
    ASSERT_EQ(read_lines(file).size(), 2 * round);
  }
}

TEST(LogWriter, WritesToStandardOutputWhenNoFileIsNamed) {
  testing::internal::CaptureStdout();
  {
    writer sink{{}};
    sink.write(numbered_line(1), 1);
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), numbered_line(1));
}

TEST(LogWriter, CreatesTheFolderOfTheFile) {
  const temporary_folder folder;
  const auto file = folder.path() / "deep" / "er" / "maque.log";
  { writer{{.file = file}}.write(numbered_line(1), 1); }
  EXPECT_EQ(read_lines(file).size(), 1);
}

TEST(LogWriter, RefusesAFileThatCannotBeOpened) {
  const temporary_folder folder;
  EXPECT_THROW(writer{{.file = folder.path()}}, std::runtime_error);
}

TEST(LogWriter, ContinuesAnEarlierFileButNotALineThatWasCut) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  std::ofstream{file} << numbered_line(1) << R"({"message":"the power w)";
  { writer{{.file = file}}.write(numbered_line(2), 1); }
  { writer{{.file = file}}.write(numbered_line(3), 1); }
  const auto lines = read_lines(file);
  ASSERT_EQ(lines.size(), 4);
  EXPECT_EQ(json::parse(lines[0])["number"], 1);
  EXPECT_EQ(json::parse(lines[2])["number"], 2);
  EXPECT_EQ(json::parse(lines[3])["number"], 3);
}

TEST(LogWriter, RotatesBySizeAndLosesNoLine) {
  const temporary_folder folder;
  constexpr std::size_t count = 200;
  const auto line_bytes = numbered_line(0).size();
  const auto rotate_bytes = 50 * line_bytes;
  {
    writer sink{
        {.file = folder.path() / "maque.log", .rotate_bytes = rotate_bytes, .rotate_files = 9}};
    std::string block;
    for (std::size_t number = 0; number < count; ++number)
      block += numbered_line(number);
    sink.write(block, count); // One block, larger than a file may be.
  }
  std::size_t next = 0;
  for (const auto* name :
       {"maque.4.log", "maque.3.log", "maque.2.log", "maque.1.log", "maque.log"}) {
    const auto file = folder.path() / name;
    if (!std::filesystem::exists(file)) continue;
    EXPECT_LE(std::filesystem::file_size(file), rotate_bytes);
    for (const auto& line : read_lines(file))
      EXPECT_EQ(json::parse(line)["number"], next++);
  }
  EXPECT_EQ(next, count);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "maque.3.log"));
}

TEST(LogWriter, KeepsOnlyTheNewestFiles) {
  const temporary_folder folder;
  {
    writer sink{{.file = folder.path() / "maque.log", .rotate_bytes = 1, .rotate_files = 2}};
    for (std::size_t number = 0; number < 10; ++number)
      sink.write(numbered_line(number), 1);
  }
  EXPECT_EQ(read_lines(folder.path() / "maque.log").at(0) + "\n", numbered_line(9));
  EXPECT_EQ(read_lines(folder.path() / "maque.1.log").at(0) + "\n", numbered_line(8));
  EXPECT_EQ(read_lines(folder.path() / "maque.2.log").at(0) + "\n", numbered_line(7));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "maque.3.log"));
}

TEST(LogWriter, NeverBlocksACallerAndCountsWhatItDrops) {
  const stuck_file file;
  constexpr std::size_t count = 2'000;
  const auto block = numbered_line(10) + std::string(2'000, ' ') + "\n" + numbered_line(10);
  writer sink{{.file = file.path(), .queue_bytes = 100'000, .close_timeout = 30s}};

  for (std::size_t round = 0; round < count; ++round)
    sink.write(block, 3); // Would never come back if it waited for the reader.

  EXPECT_FALSE(sink.flush(in(1ms)));
  const auto dropped = sink.dropped_lines();
  EXPECT_EQ(dropped % 3, 0);
  EXPECT_GE(dropped, 3 * (count - (100'000 + 4'096) / block.size())); // The queue, and the pipe.

  std::size_t written = 0;
  std::size_t reported = 0;
  while (written + reported < 3 * count) {
    const auto line = file.read_line();
    if (line.find("log lines dropped") == std::string::npos) {
      ++written;
    } else {
      EXPECT_EQ(json::parse(line)["level"], "warn");
      reported += json::parse(line)["count"].get<std::size_t>();
    }
  }
  EXPECT_EQ(reported, dropped);
  EXPECT_TRUE(sink.flush(in(10s)));
  EXPECT_EQ(sink.dropped_lines(), dropped);
}

TEST(LogWriter, TakesLinesAgainAndReportsEveryLossOnce) {
  const stuck_file file;
  writer sink{{.file = file.path(), .queue_bytes = 20'000}};
  sink.write(std::string(9'000, 'x') + "\n", 1);  // More than the pipe holds: the writer hangs.
  sink.write(std::string(30'000, 'y') + "\n", 7); // More than the queue holds.
  EXPECT_EQ(sink.dropped_lines(), 7);
  EXPECT_EQ(file.read_line(), std::string(9'000, 'x'));
  EXPECT_EQ(json::parse(file.read_line())["count"], 7);

  sink.write(numbered_line(5), 1);
  EXPECT_EQ(file.read_line() + "\n", numbered_line(5));
  sink.count_dropped(2);
  EXPECT_EQ(json::parse(file.read_line())["count"], 2);
}

TEST(LogWriter, EndsInTimeThoughTheDiskDoesNotAnswer) {
  const stuck_file file;
  const auto begin = std::chrono::steady_clock::now();
  {
    writer sink{{.file = file.path(), .close_timeout = 20ms}};
    sink.write(std::string(1'000'000, 'x') + "\n", 1);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(LogWriter, GoesOnAfterAFullDiskAndComplainsOnce) {
  testing::internal::CaptureStderr();
  {
    writer sink{{.file = "/dev/full"}};
    for (std::size_t round = 1; round <= 3; ++round) {
      sink.write(numbered_line(1) + numbered_line(2), 2);
      ASSERT_TRUE(sink.flush(in(10s)));
      EXPECT_EQ(sink.dropped_lines(), 2 * round);
    }
  }
  const auto complaints = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(complaints.begin(), complaints.end(), '\n'), 1) << complaints;
  EXPECT_NE(complaints.find("/dev/full"), std::string::npos);
}

TEST(LogWriter, SurvivesAFailedRotationAndReportsTheLossWhenItCanWriteAgain) {
  testing::internal::CaptureStderr();
  const temporary_folder folder;
  const auto logs = folder.path() / "logs";
  const auto away = folder.path() / "away";
  {
    writer sink{{.file = logs / "maque.log", .rotate_bytes = 300}};
    sink.write(numbered_line(1), 1);
    ASSERT_TRUE(sink.flush(in(10s)));
    std::filesystem::rename(logs, away);
    std::ofstream{logs} << "in the way";

    sink.write(std::string(299, 'x') + "\n", 1); // Rotates, and finds no folder.
    ASSERT_TRUE(sink.flush(in(10s)));
    sink.write("y\n", 1);
    ASSERT_TRUE(sink.flush(in(10s)));
    EXPECT_EQ(sink.dropped_lines(), 2);

    std::filesystem::remove(logs);
    sink.write(numbered_line(2), 1);
    ASSERT_TRUE(sink.flush(in(10s)));
  }
  testing::internal::GetCapturedStderr();
  std::size_t reported = 0;
  std::size_t written = 0;
  for (const auto& line : read_lines(logs / "maque.log")) {
    const auto parsed = json::parse(line);
    reported += parsed.value("count", std::size_t{0});
    written += parsed.value("number", 0) == 2 ? 1U : 0U;
  }
  EXPECT_EQ(reported, 2);
  EXPECT_EQ(written, 1);
}

TEST(LogWriter, KeepsTheBlocksOfConcurrentCallersWhole) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  constexpr std::uint64_t callers = 4;
  constexpr std::uint64_t blocks = 200;
  constexpr std::uint64_t lines_a_block = 5;
  {
    writer sink{{.file = file}};
    std::vector<std::thread> threads;
    for (std::uint64_t caller = 0; caller < callers; ++caller)
      threads.emplace_back([&sink, caller] {
        for (std::uint64_t number = 0; number < blocks; ++number) {
          std::string block;
          for (std::uint64_t line = 0; line < lines_a_block; ++line)
            append_line(block, utc_time{}, level::info, source::server, nullptr, "",
                        {{"caller", caller}, {"number", number}, {"line", line}});
          sink.write(std::move(block), lines_a_block);
        }
      });
    for (auto& thread : threads)
      thread.join();
    EXPECT_EQ(sink.dropped_lines(), 0);
  }
  const auto lines = read_lines(file);
  ASSERT_EQ(lines.size(), callers * blocks * lines_a_block);
  std::vector<std::uint64_t> next_of(callers, 0);
  for (std::size_t at = 0; at < lines.size(); at += lines_a_block) {
    const auto caller = json::parse(lines[at])["caller"].get<std::size_t>();
    const auto number = next_of.at(caller)++;
    for (std::size_t line = 0; line < lines_a_block; ++line) {
      const auto parsed = json::parse(lines[at + line]);
      ASSERT_EQ(parsed["caller"], caller);
      ASSERT_EQ(parsed["number"], number);
      ASSERT_EQ(parsed["line"], line);
    }
  }
}

} // namespace
} // namespace maque::log

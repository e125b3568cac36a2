#include "support/temporary_folder.hpp"
#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace maque::log {
namespace {

using nlohmann::json;
using test::temporary_folder;

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

TEST(Logger, WritesFromItsThresholdUpwardsOnly) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  {
    writer sink{{.file = file}};
    logger log{sink, level::warn};
    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error", {{"cause", "test"}});
    log.set_threshold(level::debug);
    log.debug("debug again");
    log.set_threshold(level::off);
    log.line(level::critical, nullptr, "critical");
  }
  std::vector<std::string> messages;
  for (const auto& line : lines_of(file))
    messages.push_back(json::parse(line)["message"]);
  EXPECT_EQ(messages, (std::vector<std::string>{"warn", "error", "debug again"}));
}

TEST(Logger, GivesEachModuleTheCommonLevelUnlessItHasItsOwn) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  {
    writer sink{{.file = file}};
    logger log{sink, level::warn};
    const channel http = log.of(source::http);
    const channel db = log.of(source::db);
    http.info("not written");
    log.set_threshold(source::http, level::info);
    http.info("own");
    db.info("not written");
    log.set_threshold(level::error);
    http.info("own still");
    db.warn("not written");
    log.set_threshold(source::http, std::nullopt);
    http.warn("not written");
    EXPECT_EQ(log.threshold(source::http), level::error);
    const std::array own{source_level{source::db, level::debug}};
    log.set_thresholds(level::off, own);
    db.debug("new own");
    log.line(level::critical, nullptr, "not written");
    EXPECT_EQ(log.own_threshold(source::db), level::debug);
    EXPECT_EQ(log.own_threshold(source::http), std::nullopt);
  }
  std::vector<std::string> lines;
  for (const auto& line : lines_of(file)) {
    const auto parsed = json::parse(line);
    lines.push_back(parsed["module"].get<std::string>() + ": " +
                    parsed["message"].get<std::string>());
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"http: own", "http: own still", "db: new own"}));
}

TEST(Logger, KnowsItsModulesAndLevelsByName) {
  for (std::size_t index = 0; index < source_count; ++index) {
    const auto each = static_cast<source>(index);
    EXPECT_EQ(parse_source(to_string(each)), each);
    const auto parsed = parse_source_level(std::string{to_string(each)} + "=debug");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->from, each);
    EXPECT_EQ(parsed->threshold, level::debug);
  }
  for (const auto* bad :
       {"", "=", "http", "http=", "=debug", "http=loud", "ftp=debug", "http= debug"})
    EXPECT_FALSE(parse_source_level(bad)) << bad;
}

TEST(Logger, StampsItsLinesWithTheTimeAndTheTrace) {
  const temporary_folder folder;
  const auto file = folder.path() / "maque.log";
  trace_id trace;
  trace.bytes.fill(0xAB);
  const auto before = system_time_source{}.now();
  {
    writer sink{{.file = file}};
    logger{sink, level::info}.line(level::info, &trace, "hello");
  }
  std::string earliest;
  std::string latest;
  append_line(earliest, before, level::info, source::server, nullptr, "", {});
  append_line(latest, system_time_source{}.now(), level::info, source::server, nullptr, "", {});
  const auto parsed = json::parse(lines_of(file).at(0));
  EXPECT_GE(parsed["timestamp"], json::parse(earliest)["timestamp"]);
  EXPECT_LE(parsed["timestamp"], json::parse(latest)["timestamp"]);
  EXPECT_EQ(parsed["trace_id"], "abababababababababababababababab");
}

} // namespace
} // namespace maque::log

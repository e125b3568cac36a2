#include "support/patience.hpp"
#include "support/temporary_folder.hpp"
#include "telemetry/security_log.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace maque {
namespace {

using ::testing::ElementsAreArray;

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in{std::string{MAQUE_SOURCE_DIR "/"} + file};
  EXPECT_TRUE(in) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

/// "| `login_failed` | `wrong_password` | `warn` |": what a row of docs/security.md begins with.
std::string documented_row(const security_event_info& row) {
  return "| `" + std::string{row.kind} + "` | `" + std::string{row.reason} + "` | `" +
         std::string{to_string(row.severity)} + "` |";
}

/// A log of which every line can be read.
class kept_log {
public:
  explicit kept_log(log::level threshold) : logger{writer_, threshold} {}

  std::vector<nlohmann::json> lines() {
    writer_.flush(std::chrono::steady_clock::now() + test::patience);
    std::ifstream in{folder_.path() / "maque.log"};
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(in, line);)
      lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

private:
  test::temporary_folder folder_;
  log::writer writer_{{.file = folder_.path() / "maque.log"}};

public:
  log::logger logger;
};

} // namespace

TEST(SecurityEvents, AreDocumentedInTheirOrderAndNothingElseIs) {
  std::vector<std::string> documented;
  bool is_inside = false;
  for (const std::string& line : lines_of("docs/security.md")) {
    if (line.starts_with("#")) is_inside = line == "## Security events";
    if (!is_inside || !line.starts_with("| `")) continue;
    std::size_t end = 0;
    for (int bars = 0; bars < 3; ++bars)
      end = line.find('|', end + 1);
    documented.push_back(line.substr(0, end + 1));
  }
  std::vector<std::string> expected;
  for (const security_event_info& each : all_security_events())
    expected.push_back(documented_row(each));
  EXPECT_THAT(documented, ElementsAreArray(expected));
}

// C++ can't list enumerators, so the header is read: each begins a line.
TEST(SecurityEvents, HaveARowForEveryEnumerator) {
  std::size_t enumerators = 0;
  bool is_inside = false;
  for (const std::string& line : lines_of("telemetry/security_log.hpp")) {
    if (line == "};") is_inside = false;
    if (is_inside && line.size() > 2 && line[2] >= 'a' && line[2] <= 'z') ++enumerators;
    if (line.starts_with("enum class security_event ")) is_inside = true;
  }
  EXPECT_EQ(all_security_events().size(), enumerators);
  std::size_t place = 0;
  for (const security_event_info& each : all_security_events())
    EXPECT_EQ(static_cast<std::size_t>(each.value), place++) << each.kind << ' ' << each.reason;
}

TEST(SecurityLog, WritesWhomAnEventIsAboutAndCountsIt) {
  kept_log kept{log::level::info};
  security_log events{kept.logger};
  events.report(security_event::login_failed_wrong_password, nullptr,
                {.user = user_id{7}, .session = {}, .address = "192.0.2.1\"\n"});
  events.report(security_event::session_ended_limit, nullptr, {.count = 3});
  const auto lines = kept.lines();
  ASSERT_EQ(lines.size(), 2U);
  const auto& failed = lines.front();
  EXPECT_EQ(failed.at("message"), "security");
  EXPECT_EQ(failed.at("level"), "warn");
  EXPECT_EQ(failed.at("event"), "login_failed");
  EXPECT_EQ(failed.at("reason"), "wrong_password");
  EXPECT_EQ(failed.at("user_id"), "7");
  EXPECT_EQ(failed.at("session_id"), "");
  EXPECT_EQ(failed.at("address"), "192.0.2.1\"\n");
  EXPECT_EQ(failed.at("count"), 1);
  EXPECT_EQ(lines.back().at("count"), 3);
  EXPECT_EQ(events.count(security_event::login_failed_wrong_password), 1U);
  EXPECT_EQ(events.count(security_event::session_ended_limit), 1U);
  EXPECT_EQ(events.count(security_event::login_succeeded_wechat), 0U);
}

TEST(SecurityLog, CountsWhatTheLevelLeavesOut) {
  kept_log kept{log::level::error};
  security_log events{kept.logger};
  events.report(security_event::login_throttled, nullptr, {});
  EXPECT_TRUE(kept.lines().empty());
  EXPECT_EQ(events.count(security_event::login_throttled), 1U);
}

} // namespace maque

#include "admin_report_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// Actors -----------------------------------------------------------------------------------------

TEST_F(AdminReports, ShowTheActorsOfATypeInALaneAsOne) {
  for (const std::size_t count : {3U, 5U}) {
    actor_meter& worker = add("db_worker", 1);
    worker.started();
    handle(worker, count);
  }
  meters[0].failed(error{errc::internal, {}, "first", {}});
  meters[1].arrived(this);
  meters[1].arrived(this);
  meters[1].restarted("it threw");
  add("db_worker", 2);
  auto reports = make();
  now += 4s;

  const auto report = reports.actors({}).value();
  EXPECT_EQ(report.at("node"), "local");
  ASSERT_EQ(report.at("actors").size(), 2U);
  const json& row = report.at("actors")[0];
  EXPECT_EQ(row.at("type"), "db_worker");
  EXPECT_EQ(row.at("lane"), 1);
  EXPECT_EQ(row.at("node"), "local");
  EXPECT_EQ(row.at("alive"), 2);
  EXPECT_EQ(row.at("received"), 10);
  // A restart drops what waited.
  EXPECT_EQ(row.at("processed"), 10);
  EXPECT_EQ(row.at("failed"), 1);
  EXPECT_EQ(row.at("mailbox"), 0);
  EXPECT_EQ(row.at("mailbox_max"), 1);
  EXPECT_EQ(row.at("per_second"), 2.5);
  EXPECT_EQ(row.at("waiting").at("count"), 8);
  EXPECT_EQ(row.at("working").at("count"), 8);
  EXPECT_EQ(row.at("restarts"), 1);
  EXPECT_EQ(row.at("last_error").at("message"), "it threw") << "the newest one";
  EXPECT_THAT(row.at("last_error").at("at").get<std::string>(), HasSubstr("T"));
  EXPECT_TRUE(report.at("actors")[1].at("last_error").is_null());
}

TEST_F(AdminReports, SortActorsByAnyField) {
  handle(add("user", 1), 5);
  handle(add("login", 0), 9);
  handle(add("user", 0), 7);
  meters[1].failed();
  meters[2].restarted("");
  meters[2].arrived(this);
  meters[0].started();
  struct asked {
    const char* sort;
    std::vector<std::string> order;
  };
  const asked cases[] = {
      {"", {"login/0", "user/0", "user/1"}},
      {"type", {"login/0", "user/0", "user/1"}},
      {"-type", {"user/0", "user/1", "login/0"}},
      {"lane", {"login/0", "user/0", "user/1"}},
      {"-lane", {"user/1", "login/0", "user/0"}},
      {"received", {"user/1", "user/0", "login/0"}},
      {"-received", {"login/0", "user/0", "user/1"}},
      {"processed", {"user/1", "user/0", "login/0"}},
      {"-per_second", {"login/0", "user/0", "user/1"}},
      {"-failed", {"login/0", "user/0", "user/1"}},
      {"failed", {"user/0", "user/1", "login/0"}},
      {"-mailbox", {"user/0", "login/0", "user/1"}},
      {"-restarts", {"user/0", "login/0", "user/1"}},
  };
  auto reports = make();
  now += 1s;
  for (const asked& each : cases)
    EXPECT_EQ(types_of(reports.actors({each.sort, {}})), each.order) << each.sort;
}

TEST_F(AdminReports, SortActorsByTheirSlowestPercent) {
  // By hand, so that no machine is too slow for it.
  std::vector<actor_row> rows(3);
  rows[0].type = "quick";
  rows[1].type = "waits";
  rows[1].waiting.p99 = 5ms;
  rows[2].type = "works";
  rows[2].working.p99 = 3ms;
  rows[2].mailbox_max = 9;
  const auto first_by = [&](const char* sort) {
    EXPECT_TRUE(sort_actors(rows, sort));
    return rows.front().type;
  };
  EXPECT_EQ(first_by("-waiting_p99"), "waits");
  EXPECT_EQ(first_by("-working_p99"), "works");
  EXPECT_EQ(first_by("-mailbox_max"), "works");
}

TEST_F(AdminReports, SayWhatCanBeAskedFor) {
  add("user", 0);
  add("login", 0);
  auto reports = make();
  for (const char* sort : {"mailbox_min", "-", "Type", "type,lane", "--type"}) {
    const auto refused = reports.actors({sort, {}});
    ASSERT_FALSE(refused) << sort;
    EXPECT_EQ(refused.error().code, errc::invalid_field);
    EXPECT_THAT(refused.error().hint, HasSubstr("sort: one of type, lane, received, processed, "));
    EXPECT_FALSE(reports.actors_table({sort, {}}));
  }
  const auto no_type = reports.actors({{}, "usher"});
  ASSERT_FALSE(no_type);
  EXPECT_EQ(no_type.error().code, errc::invalid_field);
  EXPECT_EQ(no_type.error().hint, "type: one of login, user");
  for (const char* type : {"usher", ""}) {
    const auto no_actor = reports.actor(type);
    ASSERT_FALSE(no_actor);
    EXPECT_EQ(no_actor.error().code, errc::route_not_found);
    EXPECT_EQ(no_actor.error().hint, "actors: login, user");
  }
}

TEST_F(AdminReports, ShowOneTypeOnly) {
  add("user", 0);
  add("login", 0);
  add("user", 1);
  auto reports = make();
  EXPECT_THAT(types_of(reports.actors({"-lane", "user"})), ElementsAre("user/1", "user/0"));
}

TEST_F(AdminReports, ShowTheMessagesOfATypeMostFrequentFirst) {
  handle(add("user", 0), 3, "find_user");
  handle(meters[0], 1, "forget_user");
  handle(add("user", 1), 2, "forget_user");
  handle(meters[1], 4, "find_user");
  handle(add("login", 0), 9, "log_in");
  // One of four is looked at, so each stands for four.
  handle(add("user", 2, 4), 40, "find_user");
  const auto report = make().actor("user").value();
  EXPECT_EQ(report.at("type"), "user");
  EXPECT_EQ(report.at("instances").size(), 3U);
  const json& messages = report.at("messages");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].at("type"), "find_user");
  EXPECT_EQ(messages[0].at("count"), 47);
  EXPECT_EQ(messages[0].at("working").at("count"), 17);
  EXPECT_EQ(messages[1].at("type"), "forget_user");
  EXPECT_EQ(messages[1].at("count"), 3);
}

TEST_F(AdminReports, ShowAtMostTwentyKindsOfMessages) {
  actor_meter& meter = add("user", 0);
  std::vector<std::string> kinds;
  for (std::size_t kind = 0; kind < 23; ++kind)
    kinds.push_back("kind_" + std::to_string(kind));
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    handle(meter, kind + 1, kinds[kind].c_str());
  const json messages = make().actor("user").value().at("messages");
  ASSERT_EQ(messages.size(), 20U);
  EXPECT_EQ(messages.front().at("type"), "kind_22");
  EXPECT_EQ(messages.back().at("type"), "kind_3");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream from{text};
  for (std::string line; std::getline(from, line);)
    lines.push_back(line);
  return lines;
}

TEST(ActorTable, HasAlignedColumnsAndReadableTimes) {
  actor_row user;
  user.type = "user";
  user.lane = 1;
  user.received = 1'234'567;
  user.per_second = 1'234.56;
  user.waiting = {10, 340ns, 12'340ns, 2'345us, 456ms, 12'345ms};
  actor_row front;
  front.type = "http_front";
  front.last_failure = {from_unix_micros(1'790'000'000'000'000), "internal: a\nnew line \x1B[31m"};
  const auto lines = lines_of(to_table({user, front}));
  ASSERT_EQ(lines.size(), 3U);
  // "µ" has two bytes.
  const auto right_edge = [&](std::size_t line, const std::string& text) {
    const auto at = lines[line].find(text);
    EXPECT_NE(at, std::string::npos) << text << " in " << lines[line];
    const auto before = lines[line].substr(0, at + text.size());
    return before.size() - static_cast<std::size_t>(std::ranges::count(before, '\xC2'));
  };
  EXPECT_EQ(lines[0].find("LANE"), lines[1].find("   1"));
  EXPECT_EQ(right_edge(0, "RECEIVED"), right_edge(1, "1234567"));
  EXPECT_EQ(right_edge(0, "PER SECOND"), right_edge(1, "1234.6"));
  EXPECT_EQ(right_edge(0, "WAITING mean"), right_edge(1, "340 ns"));
  EXPECT_EQ(right_edge(0, "p50"), right_edge(1, "12.3 µs"));
  EXPECT_EQ(right_edge(0, "p95"), right_edge(1, "2.35 ms"));
  EXPECT_EQ(right_edge(0, "p99"), right_edge(1, "456 ms"));
  EXPECT_EQ(right_edge(0, "max"), right_edge(1, "12.3 s"));
  EXPECT_TRUE(lines[1].ends_with("0  -")) << "no restart and no error";
  EXPECT_TRUE(lines[2].ends_with("Z internal: a?new line ?[31m")) << lines[2];
  EXPECT_TRUE(lines[2].starts_with("http_front"));
}

TEST(ActorTable, ShowsNoBytesThatAreNoText) {
  actor_row broken;
  broken.last_failure = {utc_time{}, "\xFF\xC2\x85 caf\xC3\xA9"};
  EXPECT_TRUE(to_table({broken}).ends_with("??? caf??\n"));
}

} // namespace
} // namespace maque

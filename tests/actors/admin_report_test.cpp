#include "admin_report_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <unistd.h>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;
using nlohmann::json;

// Rates ------------------------------------------------------------------------------------------

TEST(ReadingRates, AreOfTheTimeSinceTheLastReadingThatIsASecondOld) {
  const steady_time start = steady_time{} + 1h;
  reading_rates rates{start};
  struct step {
    std::chrono::milliseconds after;
    std::uint64_t value;
    double expected;
    const char* why;
  };
  const step steps[] = {
      {10'000ms, 100, 10, "the first one: since the start"},
      {10'500ms, 200, 200 / 10.5, "half a second is too short"},
      {11'000ms, 300, 200, "since the first one"},
      {11'500ms, 400, 200, "since the first one, still"},
      {12'000ms, 500, 200, "since the one at 11 s"},
      {12'000ms, 500, 200, "asked again: the same"},
      {112'000ms, 1'500, 10, "nobody has asked for long"},
      {113'000ms, 1'500, 0, "nothing happens"},
      {114'000ms, 20, 0, "what counts backwards has no rate"},
  };
  for (const step& each : steps)
    EXPECT_DOUBLE_EQ(rates.per_second("a", each.value, start + each.after), each.expected)
        << each.why;
  EXPECT_DOUBLE_EQ(rates.per_second("b", 5, start), 0) << "no time has passed";
}

TEST(LatencySummary, TellsWhatWasRecordedSinceASnapshot) {
  latency_histogram histogram;
  histogram.record(100ms);
  for (int each = 0; each < 10; ++each)
    histogram.record(1ms);
  const auto before = histogram.read();
  for (int each = 0; each < 100; ++each)
    histogram.record(10us);
  histogram.record(30ms);
  const auto lately = summarise(recorded_since(before, histogram.read()));
  EXPECT_EQ(lately.count, 101U);
  EXPECT_NEAR(to_us(lately.p50), 10, 1.25);
  EXPECT_NEAR(to_us(lately.max), 30'000, 3'750) << "not the 100 ms of before";
  histogram.record(200ms);
  EXPECT_EQ(summarise(recorded_since(before, histogram.read())).max, 200ms);
  EXPECT_EQ(summarise(recorded_since(before, before)).count, 0U);
  EXPECT_EQ(summarise(recorded_since(before, before)).max, 0ns);
}

TEST(LatencySummary, IsInMicrosecondsToATenth) {
  latency_histogram histogram;
  histogram.record(1'234'567ns);
  const json shown = to_json(histogram.read());
  EXPECT_EQ(shown.at("count"), 1);
  for (const char* each : {"mean_us", "p50_us", "p95_us", "p99_us", "max_us"})
    EXPECT_EQ(shown.at(each), 1234.6) << each;
}

// Lanes, requests, database ----------------------------------------------------------------------

TEST_F(AdminReports, ShowWhatEachLaneDoes) {
  lanes.resize(2);
  lanes[1].work.connections(12);
  for (int each = 0; each < 30; ++each)
    lanes[1].work.request_begun();
  for (int each = 0; each < 28; ++each)
    lanes[1].work.request_ended();
  auto reports = make();
  now += 10s;
  const json made = reports.lanes().at("lanes");
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].at("lane"), 0);
  EXPECT_EQ(made[0].at("requests"), 0);
  EXPECT_EQ(made[1].at("lane"), 1);
  EXPECT_EQ(made[1].at("connections"), 12);
  EXPECT_EQ(made[1].at("in_flight"), 2);
  EXPECT_EQ(made[1].at("requests"), 30);
  EXPECT_EQ(made[1].at("per_second"), 3);
  EXPECT_EQ(made[1].at("busy"), 0) << "it has never ticked";
}

TEST_F(AdminReports, ShowTheShareOfACoreAndTheLongestTurnOfALane) {
  lanes.resize(1);
  auto reports = make();
  lanes[0].work.ticked(now, 50ms);
  reports.lanes();
  // The thread's CPU clock is real: it has to have moved.
  const std::clock_t before = std::clock();
  while (std::clock() - before < CLOCKS_PER_SEC / 20)
    continue;
  now += 2s;
  lanes[0].work.ticked(now, 50ms);
  const json shown = reports.lanes().at("lanes")[0];
  EXPECT_GT(shown.at("busy").get<double>(), 0);
  EXPECT_LE(shown.at("busy").get<double>(), 1);
  EXPECT_EQ(shown.at("longest_turn_us"), 1'950'000.0);
}

TEST_F(AdminReports, ShowRoutesOfAllLanesAddedUp) {
  lanes.resize(2);
  auto reports = make();
  for (int each = 0; each < 6; ++each)
    serve(lanes[0], 0, 200, 10us);
  serve(lanes[1], 0, 304, 10us);
  serve(lanes[1], 1, 200, 5ms, 4ms);
  serve(lanes[1], 1, 401, 1ms);
  serve(lanes[1], 1, 503, 1ms);
  serve(lanes[0], 9, 404, 1us);
  now += 7s;
  const json routes = reports.http().at("routes");
  ASSERT_EQ(routes.size(), 3U);
  EXPECT_EQ(routes[0].at("method"), "-") << "what no route was found for";
  EXPECT_EQ(routes[0].at("statuses").at("4xx"), 1);
  EXPECT_EQ(routes[1].at("route"), "/api/login");
  EXPECT_EQ(routes[1].at("count"), 3);
  EXPECT_EQ(routes[1].at("statuses"), json({{"2xx", 1}, {"3xx", 0}, {"4xx", 1}, {"5xx", 1}}));
  EXPECT_EQ(routes[1].at("stages").at("database").at("count"), 1);
  EXPECT_EQ(routes[1].at("stages").at("database").at("max_us"), 4000.0);
  EXPECT_EQ(routes[1].at("stages").at("logic").at("count"), 3);
  EXPECT_EQ(routes[2].at("method"), "GET");
  EXPECT_EQ(routes[2].at("route"), "/ping");
  EXPECT_EQ(routes[2].at("count"), 7);
  EXPECT_EQ(routes[2].at("per_second"), 1);
  EXPECT_EQ(routes[2].at("latency").at("count"), 7);
  EXPECT_EQ(routes[2].at("latency").at("max_us"), 10.0);
  for (const char* stage : {"parse", "queue", "logic", "database", "upstream", "serialise"})
    EXPECT_TRUE(routes[2].at("stages").contains(stage)) << stage;
}

TEST_F(AdminReports, ShowTheDatabasePools) {
  lanes.resize(2);
  lanes[0].database.workers(1, 2, 1);
  lanes[0].database.waiting(9);
  lanes[0].database.waiting(4);
  for (int each = 0; each < 7; ++each)
    lanes[0].database.asked(false);
  lanes[0].database.asked(true);
  lanes[0].database.failed();
  lanes[0].database.batch_sent(false, 3, 20us);
  lanes[1].database.batch_sent(false, 4, 40us);
  lanes[1].database.batch_sent(true, 1, 10us);
  lanes[1].database.batch_done(2ms);
  const json made = make().db();
  EXPECT_EQ(made.at("engine"), "sqlite");
  EXPECT_EQ(made.at("description"), "SQLite in ./data/maque.db");
  EXPECT_EQ(made.at("pools")[0], json({{"lane", 0},
                                       {"workers", 4},
                                       {"idle", 1},
                                       {"busy", 2},
                                       {"lost", 1},
                                       {"waiting", 4},
                                       {"waiting_max", 9},
                                       {"reads", 7},
                                       {"writes", 1},
                                       {"failed", 1}}));
  EXPECT_EQ(made.at("pools").size(), 2U);
  EXPECT_EQ(made.at("read_batches"), json({{"count", 2}, {"mean_size", 3.5}}));
  EXPECT_EQ(made.at("write_batches"), json({{"count", 1}, {"mean_size", 1.0}}));
  EXPECT_EQ(made.at("waiting").at("count"), 3);
  EXPECT_EQ(made.at("working").at("max_us"), 2000.0);
}

// The process ------------------------------------------------------------------------------------

TEST_F(AdminReports, ShowTheProcess) {
  process.cpu = 3s; // before there was a server
  auto reports = make();
  now += 20s;
  process.cpu = 13s;
  const json made = reports.runtime();
  EXPECT_EQ(made.at("version").at("version"), "1.2.3");
  EXPECT_EQ(made.at("pid"), 42);
  EXPECT_EQ(made.at("started_at"), to_rfc3339(clock.now()));
  EXPECT_EQ(made.at("uptime_seconds"), 20);
  EXPECT_EQ(made.at("cpu_seconds"), 13.0);
  EXPECT_EQ(made.at("cpu_percent"), 50.0);
  EXPECT_EQ(made.at("memory_bytes"), 6'000'000);
  EXPECT_EQ(made.at("memory_peak_bytes"), 8'000'000);
  EXPECT_EQ(made.at("descriptors"), 30);
  EXPECT_EQ(made.at("descriptors_max"), 1024);
  EXPECT_EQ(made.at("threads"), 9);
  EXPECT_GE(made.at("cores"), 1);
  now += 2s;
  process.cpu += 4s;
  EXPECT_EQ(reports.runtime().at("cpu_percent"), 200.0) << "two cores";
}

TEST_F(AdminReports, ShowAllInOneViewOfTheLastSeconds) {
  lanes.resize(2);
  lanes[0].work.connections(3);
  lanes[1].work.connections(4);
  lanes[1].work.request_begun();
  lanes[1].database.workers(1, 0, 1);
  auto reports = make();
  serve(lanes[0], 0, 200, 100ms);
  now += 10s;
  reports.overview();
  serve(lanes[0], 0, 200, 10us);
  serve(lanes[1], 1, 500, 10us);
  now += 2s;
  const json made = reports.overview();
  EXPECT_EQ(made.at("requests_per_second"), 1);
  EXPECT_EQ(made.at("errors_per_second"), 0.5);
  EXPECT_EQ(made.at("latency").at("count"), 2) << "of the last seconds, unlike /admin/http";
  EXPECT_LT(made.at("latency").at("max_us"), 12);
  EXPECT_EQ(made.at("connections"), 7);
  EXPECT_EQ(made.at("in_flight"), 1);
  EXPECT_EQ(made.at("uptime_seconds"), 12);
  EXPECT_EQ(made.at("ready"), json({{"database", "ok"}, {"wechat", "ok"}}));
  EXPECT_EQ(made.at("log_dropped"), 7);
  EXPECT_EQ(made.at("memory_bytes"), 6'000'000);
  EXPECT_TRUE(made.contains("cpu_percent"));
}

TEST_F(AdminReports, TellWhetherTheDatabaseCanBeUsed) {
  lanes.resize(2);
  auto reports = make();
  EXPECT_EQ(reports.overview().at("ready").at("database"), "unchecked");
  lanes[0].database.workers(1, 0, 0);
  lanes[1].database.workers(0, 1, 3);
  EXPECT_EQ(reports.overview().at("ready").at("database"), "ok");
  lanes[1].database.workers(0, 0, 4);
  EXPECT_EQ(reports.overview().at("ready").at("database"), "unavailable");
}

TEST_F(AdminReports, MakeOneSampleOfAllForTheDashboard) {
  lanes.resize(1);
  add("user", 0);
  serve(lanes[0], 0, 200, 10us);
  auto reports = make();
  now += 5s;
  const json made = reports.sample();
  EXPECT_EQ(made.at("at"), to_rfc3339(clock.now()));
  EXPECT_EQ(made.at("overview"), reports.overview());
  EXPECT_EQ(made.at("actors"), reports.actors({}).value().at("actors"));
  EXPECT_EQ(made.at("lanes"), reports.lanes().at("lanes"));
  EXPECT_EQ(made.at("routes"), reports.http().at("routes"));
  EXPECT_EQ(made.at("db"), reports.db());
  EXPECT_EQ(made.at("wechat"), json({{"workers", 2}}));
  EXPECT_EQ(made.at("sessions"), reports.session_counters());
}

TEST_F(AdminReports, CountWhatHappensToSessions) {
  for (const security_event happened :
       {security_event::login_succeeded_wechat, security_event::login_succeeded_password,
        security_event::login_succeeded_registration, security_event::login_failed_unknown_user,
        security_event::session_refreshed, security_event::session_refreshed,
        security_event::session_ended_logout, security_event::session_ended_by_owner,
        security_event::session_reuse_detected})
    events.note(happened);
  EXPECT_EQ(make().session_counters(),
            json({{"opened", 3}, {"refreshed", 2}, {"ended", 2}, {"reuse_detected", 1}}));
}

TEST_F(AdminReports, HaveRoomForManyLanes) {
  constexpr std::uint32_t many = 64;
  lanes.resize(many);
  for (std::uint32_t lane = 0; lane < many; ++lane) {
    for (const char* type : {"http_front", "login", "account", "session", "user", "config",
                             "wechat_data", "db_pool", "db_worker", "db_worker", "db_worker"})
      handle(add(type, lane), 1);
    serve(lanes[lane], 0, 200, 10us);
  }
  auto reports = make();
  const json made = reports.sample();
  EXPECT_EQ(made.at("actors").size(), 9U * many);
  EXPECT_EQ(made.at("lanes").size(), many);
  EXPECT_EQ(made.at("db").at("pools").size(), many);
  ASSERT_EQ(made.at("routes").size(), 1U);
  EXPECT_EQ(made.at("routes")[0].at("count"), many);
  EXPECT_EQ(std::ranges::count(reports.actors_table({}).value(), '\n'), 9 * many + 1);
}

TEST(ProcessReading, TellsWhatTheKernelKnows) {
  const auto before = read_process();
  EXPECT_EQ(before.pid, ::getpid());
  EXPECT_GT(before.cpu, 0ns);
  EXPECT_GT(before.memory_bytes, 1'000'000U);
  EXPECT_GE(before.memory_peak_bytes, before.memory_bytes);
  EXPECT_GE(before.threads, 1U);
  EXPECT_GE(before.descriptors, 3U);
  const std::ifstream one{"/dev/null"};
  const std::ifstream another{"/dev/null"};
  EXPECT_EQ(read_process().descriptors, before.descriptors + 2);
}

} // namespace
} // namespace maque

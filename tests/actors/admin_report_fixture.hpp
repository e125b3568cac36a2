#pragma once

#include "actors/admin_report.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace maque::test {

class still_clock final : public time_source {
public:
  utc_time now() const override { return from_unix_micros(1'790'000'000'000'000); }
};

/// The meter's actor handles so many messages of a kind.
inline void handle(actor_meter& meter, std::size_t count, const char* kind = nullptr) {
  for (std::size_t each = 0; each < count; ++each) {
    meter.arrived(&each);
    const bool timed = meter.taken(&each);
    if (timed && kind != nullptr) meter.is_of_kind(kind);
    meter.finished(timed);
  }
}

inline constexpr http::route_label ping{"GET", "/ping"};
inline constexpr http::route_label login{"POST", "/api/login"};
inline constexpr http::route_label refresh{"POST", "/api/v1/token/refresh"};

struct metered_lane {
  lane_meter work;
  pool_meter database;
  http::route_meter routes{{ping, login, refresh}};
};

/// Counts a request. @param route 0 to 2 as in metered_lane; any other number for none of them.
inline void serve(metered_lane& lane, std::size_t route, int status, std::chrono::nanoseconds whole,
                  std::chrono::nanoseconds database = {}) {
  http::request_times times;
  times.whole = whole;
  times.of(http::stage::logic) = whole - database;
  times.of(http::stage::database) = database;
  lane.routes.record(route, status, times);
}

/// Reports of meters that a test fills by hand, in a time that it sets.
class AdminReports : public testing::Test {
protected:
  actor_meter& add(const char* type, std::uint32_t lane, std::uint32_t sample_every = 1) {
    return meters.emplace_back(type, lane, sample_every);
  }

  admin_reports make() {
    report_sources from;
    for (const actor_meter& meter : meters)
      from.actors.push_back(&meter);
    for (const metered_lane& lane : lanes)
      from.lanes.push_back({static_cast<std::uint32_t>(from.lanes.size()), &lane.work,
                            &lane.database, &lane.routes});
    from.version_json = R"({"version":"1.2.3"})";
    from.database_engine = "sqlite";
    from.database_description = "SQLite in ./data/maque.db";
    from.wechat_state = [] { return "ok"; };
    from.log_dropped = [] { return std::uint64_t{7}; };
    from.wechat = [] { return nlohmann::json{{"workers", 2}}; };
    from.security = {&events};
    from.clock = &clock;
    from.now = [this] { return now; };
    from.process = [this] { return process; };
    return admin_reports{std::move(from)};
  }

  /// "type/lane" of the rows of /admin/actors, in order.
  static std::vector<std::string> types_of(const result<nlohmann::json>& report) {
    std::vector<std::string> types;
    for (const nlohmann::json& row : report.value().at("actors"))
      types.push_back(row.at("type").get<std::string>() + "/" + row.at("lane").dump());
    return types;
  }

  temporary_folder folder;
  log::writer writer{{.file = folder.path() / "test.log"}};
  log::logger log{writer, log::level::info};
  security_log events{log};
  still_clock clock;
  steady_time now = steady_time{} + std::chrono::hours{1};
  process_reading process{.pid = 42,
                          .cpu = {},
                          .memory_bytes = 6'000'000,
                          .memory_peak_bytes = 8'000'000,
                          .descriptors = 30,
                          .descriptors_max = 1024,
                          .threads = 9};
  std::deque<actor_meter> meters;
  std::deque<metered_lane> lanes;
};

} // namespace maque::test

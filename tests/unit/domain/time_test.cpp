#include "domain/time.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <locale>
#include <string>

namespace maque {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr utc_time at(year_month_day date, microseconds of_day) {
  return sys_days{date} + of_day;
}

struct example {
  utc_time time;
  const char* text;
};

TEST(Rfc3339, ShowsUtcWithMicrosecondsIfThereAreAny) {
  const example examples[] = {
      {utc_time{}, "1970-01-01T00:00:00Z"},
      {utc_time{-1us}, "1969-12-31T23:59:59.999999Z"},
      {at(2026y / 11 / 22, 10h + 38min + 22s), "2026-11-22T10:38:22Z"},
      {at(2026y / 11 / 22, 10h + 38min + 22s + 1us), "2026-11-22T10:38:22.000001Z"},
      {at(2026y / 11 / 22, 10h + 38min + 22s + 500ms), "2026-11-22T10:38:22.500000Z"},
      {at(2024y / 2 / 29, 23h + 59min + 59s), "2024-02-29T23:59:59Z"},
      {at(2000y / 2 / 29, 0s), "2000-02-29T00:00:00Z"},
      {at(1900y / 3 / 1, 0s), "1900-03-01T00:00:00Z"},
      {at(0y / 1 / 1, 0s), "0000-01-01T00:00:00Z"},
      {at(987y / 6 / 5, 4h + 3min + 2s), "0987-06-05T04:03:02Z"},
      {at(9999y / 12 / 31, 24h - 1us), "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& [time, text] : examples) {
    EXPECT_EQ(to_rfc3339(time), text);
  }
}

TEST(Rfc3339, ShowsTheNearestTimeThatItKnows) {
  EXPECT_EQ(to_rfc3339(at(10000y / 1 / 1, 0s)), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(utc_time::max()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(at(0y / 1 / 1, -1us)), "0000-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(utc_time::min()), "0000-01-01T00:00:00Z");
}

TEST(Rfc3339, DoesNotFollowTheLocale) {
  struct grouping : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\1"; }
  };
  const std::locale before = std::locale::global(std::locale{std::locale{}, new grouping});
  const std::string text = to_rfc3339(at(2026y / 11 / 22, 10h + 1us));
  std::locale::global(before);
  EXPECT_EQ(text, "2026-11-22T10:00:00.000001Z");
}

TEST(UnixMicros, SurviveTheWayThereAndBack) {
  using limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t micros : {limits::min(), std::int64_t{-1}, std::int64_t{0},
                                    std::int64_t{1'795'000'000'000'001}, limits::max()}) {
    EXPECT_EQ(to_unix_micros(from_unix_micros(micros)), micros);
  }
  EXPECT_EQ(from_unix_micros(1'000'000), utc_time{1s});
}

TEST(SystemTimeSource, TellsTheMachinesTime) {
  const auto before = floor<microseconds>(system_clock::now());
  const utc_time now = system_time_source{}.now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, system_clock::now());
}

} // namespace
} // namespace maque

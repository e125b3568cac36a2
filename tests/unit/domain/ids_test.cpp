#include "domain/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace maque {
namespace {

using namespace std::chrono_literals;

constexpr utc_time epoch = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};
constexpr utc_time now = epoch + 24h * 365;

constexpr std::uint64_t millis_of(std::uint64_t id) {
  return id >> 22;
}

constexpr std::uint64_t worker_of(std::uint64_t id) {
  return id >> 12 & 0x3FF;
}

TEST(Ids, AreReadFromTheirCanonicalFormOnly) {
  EXPECT_EQ(user_id::parse("1"), user_id{1});
  EXPECT_EQ(user_id::parse("9223372036854775807"), user_id{INT64_MAX});
  for (const char* text : {"", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "a",
                           "9223372036854775808", "18446744073709551616", "99999999999999999999"}) {
    EXPECT_EQ(user_id::parse(text), std::nullopt) << text;
  }
}

TEST(Ids, SurviveTheWayToTextAndBack) {
  for (const std::uint64_t value : {1ULL, 42ULL, 1ULL << 53, (1ULL << 63) - 1}) {
    EXPECT_EQ(session_id::parse(to_string(session_id{value})), session_id{value});
  }
}

TEST(IdGenerator, PutsTheTimeAndTheWorkerIntoAnId) {
  id_generator generate{513, 7};
  const std::uint64_t id = generate.next(now);
  EXPECT_EQ(millis_of(id), std::chrono::milliseconds{24h * 365}.count());
  EXPECT_EQ(worker_of(id), 513U);
  EXPECT_LE(id, static_cast<std::uint64_t>(INT64_MAX));
}

TEST(IdGenerator, NeverRepeatsNorGoesBackWhateverTheClockDoes) {
  id_generator generate{id_generator::max_worker, 7};
  std::uint64_t last = 0;
  for (int i = 0; i < 100'000; ++i) {
    // Stands still for most calls, then jumps: forth, and far back.
    const auto drift = i % 50'000 == 49'999 ? -1h : std::chrono::milliseconds{i / 10'000};
    const std::uint64_t id = generate.next(now + drift);
    ASSERT_GT(id, last) << i;
    ASSERT_EQ(worker_of(id), id_generator::max_worker);
    last = id;
  }
}

TEST(IdGenerator, MakesPositiveIdsEvenBeforeItsEpoch) {
  id_generator generate{0, 0};
  std::uint64_t last = 0;
  for (const utc_time time : {utc_time{}, epoch - 1us, epoch, epoch}) {
    const std::uint64_t id = generate.next(time);
    EXPECT_GT(id, last);
    last = id;
  }
}

TEST(IdGenerator, StartsEveryMillisecondAtAnotherPoint) {
  id_generator generate{1, 7};
  std::set<std::uint64_t> starts;
  for (int i = 0; i < 100; ++i) {
    starts.insert(generate.next(now + std::chrono::milliseconds{i}) & 0xFFF);
  }
  EXPECT_GT(starts.size(), 90U);
}

TEST(IdGenerator, HasRoomForTwoThousandIdsInAMillisecond) {
  id_generator generate{1, 7};
  const std::uint64_t first = generate.next(now);
  std::uint64_t last = first;
  for (int i = 1; i < 2048; ++i) {
    last = generate.next(now);
  }
  EXPECT_EQ(millis_of(last), millis_of(first));
}

TEST(IdGenerator, RefusesAWorkerThatDoesNotFit) {
  EXPECT_THROW((id_generator{id_generator::max_worker + 1, 0}), std::invalid_argument);
}

} // namespace
} // namespace maque

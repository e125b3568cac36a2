#include "domain/limits.hpp"
#include "http/operator_sessions.hpp"
#include "http/refusal_throttle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::http {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr utc_time noon = from_unix_micros(1'795'608'000'000'000);

class OperatorSessions : public testing::Test {
protected:
  operator_sessions sessions{{minutes{30}, hours{12}}};
};

TEST_F(OperatorSessions, AreFoundByTheirSecretAlone_ASVS_7_2_3) {
  const auto opened = sessions.open("alice", user_id{7}, noon);
  EXPECT_EQ(opened.secret.size(), 43U); // 256 bits
  EXPECT_EQ(opened.session.csrf_token.size(), 43U);
  EXPECT_NE(opened.session.csrf_token, opened.secret);
  ASSERT_NE(sessions.find(opened.secret, noon), nullptr);
  EXPECT_EQ(sessions.find(opened.secret, noon)->name, "alice");
  for (const std::string& other : {std::string{}, opened.secret + "x", opened.session.csrf_token})
    EXPECT_EQ(sessions.find(other, noon), nullptr);
}

TEST_F(OperatorSessions, EndWhenNothingIsHeardOfThem_ASVS_7_3_1) {
  const std::string secret = sessions.open("alice", {}, noon).secret;
  EXPECT_NE(sessions.find(secret, noon + minutes{29}), nullptr);
  EXPECT_NE(sessions.find(secret, noon + minutes{58}), nullptr);
  EXPECT_EQ(sessions.find(secret, noon + minutes{88}), nullptr);
  EXPECT_EQ(sessions.size(), 0U);
}

TEST_F(OperatorSessions, EndAtTheirTimeWhateverIsHeardOfThem_ASVS_7_3_2) {
  const auto opened = sessions.open("alice", {}, noon);
  utc_time now = noon;
  for (; now + minutes{20} <= noon + hours{12}; now += minutes{20})
    ASSERT_NE(sessions.find(opened.secret, now), nullptr);
  EXPECT_EQ(sessions.end_of(opened.session), noon + hours{12});
  EXPECT_EQ(sessions.find(opened.secret, noon + hours{12}), nullptr);
}

TEST_F(OperatorSessions, AreNotKeptAliveByAStream) {
  const auto opened = sessions.open("alice", {}, noon);
  const std::uint64_t number = opened.session.number;
  EXPECT_NE(sessions.find_open(number, noon + minutes{29}), nullptr);
  EXPECT_EQ(sessions.find_open(number, noon + minutes{30}), nullptr);
}

TEST_F(OperatorSessions, AreEndedOneByOneOrAllOfAUser) {
  const auto first = sessions.open("alice", user_id{7}, noon);
  const auto second = sessions.open("alice", user_id{7}, noon);
  const auto other = sessions.open("bob", user_id{8}, noon);
  sessions.end(first.session.number);
  EXPECT_EQ(sessions.find(first.secret, noon), nullptr);
  EXPECT_NE(sessions.find(second.secret, noon), nullptr);
  EXPECT_EQ(sessions.end_all({7}), 1U);
  EXPECT_EQ(sessions.find(second.secret, noon), nullptr);
  EXPECT_NE(sessions.find(other.secret, noon), nullptr);
}

TEST_F(OperatorSessions, AreBounded) {
  const std::string first = sessions.open("first", {}, noon).secret;
  const std::string second = sessions.open("second", {}, noon + seconds{1}).secret;
  sessions.find(first, noon + seconds{2});
  for (std::size_t count = 2; count <= limits::operator_sessions; ++count)
    sessions.open("other", {}, noon + seconds{3});
  EXPECT_EQ(sessions.size(), limits::operator_sessions);
  EXPECT_EQ(sessions.find(second, noon + seconds{4}), nullptr); // seen longest ago
  EXPECT_NE(sessions.find(first, noon + seconds{4}), nullptr);
}

TEST(RefusalThrottle, LetsSomePassAndThenTwiceAsLongEachTime) {
  refusal_throttle throttle{{3, seconds{1}, seconds{3}}};
  // Three that are free, and the one that has the first delay behind it.
  for (int count = 0; count < 4; ++count)
    EXPECT_FALSE(throttle.count("192.0.2.1", noon)) << count;
  EXPECT_EQ(throttle.count("192.0.2.1", noon), noon + seconds{1});
  EXPECT_FALSE(throttle.count("192.0.2.2", noon));
  EXPECT_FALSE(throttle.count("192.0.2.1", noon + seconds{1}));
  EXPECT_EQ(throttle.count("192.0.2.1", noon + seconds{1}), noon + seconds{3});
  EXPECT_FALSE(throttle.count("192.0.2.1", noon + seconds{3}));
  EXPECT_EQ(throttle.count("192.0.2.1", noon + seconds{3}), noon + seconds{6});
  EXPECT_FALSE(throttle.count("192.0.2.1", noon + seconds{4000}));
  EXPECT_FALSE(throttle.count("192.0.2.1", noon + seconds{4000}));
}

TEST(RefusalThrottle, RemembersNoMoreThanItsBound) {
  refusal_throttle throttle{{10, seconds{1}, seconds{3}}};
  for (std::size_t count = 0; count < limits::refusal_sources + 10; ++count)
    throttle.count(std::to_string(count), noon + seconds{1} * count / 1000);
  EXPECT_EQ(throttle.size(), limits::refusal_sources);
}

} // namespace
} // namespace maque::http

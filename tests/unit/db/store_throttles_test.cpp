#include "account_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::IsEmpty;

/// With strict_policy: of an account or a pair the second attempt has to be waited for.
class Throttles : public account_test {
protected:
  const throttle_key account = make_key(200);
  const throttle_key source = make_key(20);
  const throttle_key pair = make_key(2);
  const throttle_key device = make_key(128);
  const attempt_keys keys{.account = account, .source = source, .pair = pair};
  const attempt_keys by_device{
      .account = account, .source = source, .pair = pair, .device = device};

  static throttle_state failed(std::uint32_t times, minutes blocked = minutes{0}) {
    return {.failures = times, .last_at = noon, .blocked_until = noon + blocked};
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Throttles, engines(), name_of);

TEST_P(Throttles, Asvs6_3_1_CountEveryAttemptBeforeItsOutcomeIsKnown) {
  EXPECT_FALSE(blocked_until(keys));
  EXPECT_EQ(stored(account), failed(1));
  EXPECT_EQ(stored(source), failed(1));
  EXPECT_EQ(stored(pair), failed(1));
  EXPECT_FALSE(blocked_until(keys));
  EXPECT_EQ(stored(account), failed(2, minutes{1}));
  EXPECT_EQ(stored(source), failed(2));
  EXPECT_EQ(stored(pair), failed(2, minutes{1}));
}

TEST_P(Throttles, Asvs6_3_1_ChangeNothingWhenTheyRefuse) {
  for (int i = 0; i < 2; ++i)
    blocked_until({.account = account});
  const attempt_keys fresh{.account = account, .source = source};
  EXPECT_EQ(blocked_until(fresh), noon + minutes{1});
  EXPECT_EQ(rows_of("login_throttles").size(), 1U);
  EXPECT_EQ(stored(account), failed(2, minutes{1}));
  EXPECT_FALSE(blocked_until(fresh, noon + minutes{1}));
  EXPECT_EQ(stored(account)->blocked_until, noon + minutes{3});
}

TEST_P(Throttles, AskADeviceAlone) {
  for (int i = 0; i < 2; ++i)
    blocked_until(keys);
  EXPECT_EQ(blocked_until(keys), noon + minutes{1});
  EXPECT_FALSE(blocked_until(by_device));
  EXPECT_FALSE(blocked_until(by_device));
  EXPECT_EQ(blocked_until(by_device), noon + minutes{1});
  EXPECT_EQ(stored(device), failed(2, minutes{1}));
  EXPECT_EQ(stored(account), failed(2, minutes{1}));
}

TEST_P(Throttles, WithoutKeysRefuseNobodyAndKeepNothing) {
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(blocked_until({}));
  EXPECT_THAT(rows_of("login_throttles"), IsEmpty());
}

TEST_P(Throttles, ForgetAfterATime) {
  for (int i = 0; i < 2; ++i)
    blocked_until({.account = account});
  EXPECT_FALSE(blocked_until({.account = account}, noon + hours{24} + minutes{1}));
  EXPECT_EQ(stored(account)->failures, 1U);
}

TEST_P(Throttles, KeepTheLargestNumberOfFailures) {
  expect<invitation>(add_invitation{make_invitation(7)});
  database.run_sql("INSERT INTO login_throttles SELECT code_hash, 4294967295, created_at, 0"
                   " FROM invitations");
  EXPECT_FALSE(blocked_until({.source = make_key(7)}));
  EXPECT_EQ(stored(make_key(7)), failed(UINT32_MAX, minutes{60}));
}

TEST_P(Throttles, JudgeTheAttemptsOfABatchOneAfterTheOther) {
  const std::vector<write_request> requests(5, make_attempt(keys));
  std::vector<bool> admitted;
  for (const auto& outcome : writer->apply(requests))
    admitted.push_back(!std::get<attempt_begun>(value_of(outcome)).blocked_until);
  EXPECT_EQ(admitted, (std::vector<bool>{true, true, false, false, false}));
  EXPECT_EQ(stored(account)->failures, 2U);
}

TEST_P(Throttles, LookTheCredentialUpUnlessTheyRefuse) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  expect<ended_sessions>(set_user_disabled{{7}, true, noon});
  credential known{.user = {7}, .username = "sparrow", .password_hash = make_hash("first")};
  known.disabled = true;
  auto by_name = make_attempt({.account = account});
  by_name.username = "sparrow";
  auto by_user = make_attempt({.account = account});
  by_user.user = user_id{7};
  EXPECT_EQ(expect<attempt_begun>(by_name).known, known);
  EXPECT_EQ(expect<attempt_begun>(by_user).known, known);
  const auto refused = expect<attempt_begun>(by_name);
  EXPECT_TRUE(refused.blocked_until);
  EXPECT_FALSE(refused.known);

  auto unknown = make_attempt({});
  unknown.username = "nobody";
  EXPECT_FALSE(expect<attempt_begun>(unknown).known);
  unknown.user = user_id{404};
  EXPECT_FALSE(expect<attempt_begun>(unknown).known);
}

// Forgiving -----------------------------------------------------------------------------------

TEST_P(Throttles, ForgiveWhoHasOpenedASession) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  blocked_until({.account = account, .source = source}); // A stranger's.
  blocked_until(keys);
  auto wrong = make_opening(7, 70);
  wrong.keys = keys;
  wrong.verified_hash = make_hash("guessed");
  EXPECT_EQ(code_of(apply_one(wrong)), errc::bad_credentials);
  EXPECT_EQ(stored(account), failed(2, minutes{1}));

  auto right = make_opening(7, 70);
  right.keys = keys;
  expect<user_admitted>(right);
  EXPECT_EQ(stored(account), failed(1));
  EXPECT_EQ(stored(source), failed(1));
  EXPECT_FALSE(stored(pair));
}

TEST_P(Throttles, ForgiveADeviceWithoutTheFailuresOfOthers) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  blocked_until({.account = account});
  blocked_until(by_device);
  auto opening = make_opening(7, 70);
  opening.keys = by_device;
  expect<user_admitted>(opening);
  EXPECT_FALSE(stored(device));
  EXPECT_EQ(stored(account), failed(1));
}

TEST_P(Throttles, LeaveNoRowOfWhoIsForgivenAltogether) {
  blocked_until(keys);
  auto registration = make_registration(7, "sparrow");
  registration.keys = keys;
  expect<user_admitted>(registration);
  EXPECT_THAT(rows_of("login_throttles"), IsEmpty());

  blocked_until(keys);
  auto taken = make_registration(8, "sparrow");
  taken.keys = keys;
  EXPECT_EQ(code_of(apply_one(taken)), errc::username_taken);
  EXPECT_EQ(rows_of("login_throttles").size(), 3U);
  change_password change{{7}, make_hash("other"), make_hash("second"), {}, keys, strict_policy,
                         noon};
  EXPECT_EQ(code_of(apply_one(change)), errc::conflict);
  EXPECT_EQ(rows_of("login_throttles").size(), 3U);
  change.from_hash = make_hash("first");
  expect<ended_sessions>(change);
  EXPECT_THAT(rows_of("login_throttles"), IsEmpty());
}

TEST_P(Throttles, ForgiveInTheOrderOfTheBatch) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  auto opening = make_opening(7, 70);
  opening.keys = keys;
  auto other = make_opening(7, 71);
  other.keys = keys;
  const std::vector<write_request> requests{make_attempt(keys), make_attempt(keys), opening,
                                            make_attempt(keys), other};
  for (const auto& outcome : writer->apply(requests))
    ASSERT_TRUE(outcome);
  EXPECT_THAT(rows_of("login_throttles"), IsEmpty());
}

} // namespace
} // namespace maque::db::test

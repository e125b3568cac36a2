#include "account_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace maque::test {

namespace {

class PasswordLogin : public testing::Test {
protected:
  signed_in alice() { return signed_in_by(sign_up(server, "alice")); }

  test_server server{open_registration};
};

/// Two attempts that fail are free; then one has to wait for an hour.
void throttle_strictly(config::settings& settings) {
  open_registration(settings);
  settings.throttle.account_attempts = 3;
  settings.throttle.pair_attempts = 2;
  settings.throttle.device_attempts = 3;
  settings.throttle.first_delay = std::chrono::hours{1};
  settings.throttle.longest_delay = std::chrono::hours{1};
}

} // namespace

TEST_F(PasswordLogin, OpensASessionOfItsOwnEachTime_ASVS_7_2_4) {
  const auto first = alice();
  const auto second = signed_in_by(log_in_with(server, "alice", good_password));
  EXPECT_EQ(second.user_id, first.user_id);
  EXPECT_NE(claims_of(second.access_token).session, claims_of(first.access_token).session);
  EXPECT_NE(second.refresh_token, first.refresh_token);
  expect_success(ask_who_am_i(server, first.access_token));
}

// ASVS 6.3.8; tools/bench/logins has the times.
TEST_F(PasswordLogin, SaysTheSameWhateverIsWrong_ASVS_6_3_8) {
  signed_in_by(sign_up(server, "disabled"));
  server.execute_sql("UPDATE users SET disabled = 1");
  alice();
  std::set<std::string> answers;
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"alice", "wrong password"},
                                                        {"alice", ""},
                                                        {"nobody", good_password},
                                                        {"no body", good_password},
                                                        {"", ""},
                                                        {"disabled", good_password},
                                                        {"disabled", "wrong password"}}) {
    const auto reply = log_in_with(server, name, password);
    expect_failure(reply, errc::bad_credentials);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
    auto envelope = nlohmann::json::parse(reply.body);
    envelope.erase("trace_id");
    answers.insert(envelope.dump());
  }
  EXPECT_EQ(answers.size(), 1);
}

TEST_F(PasswordLogin, NeitherFoldsNorCutsAPassword_ASVS_6_2_8) {
  const std::string longest = std::string(120, 'a') + " Ä";
  signed_in_by(sign_up(server, "alice", longest));
  for (const std::string& other :
       {std::string(120, 'a') + " ä", std::string(120, 'a'), std::string(120, 'a') + " A\u0308",
        longest + " ", " " + longest})
    expect_failure(log_in_with(server, "alice", other), errc::bad_credentials);
  signed_in_by(log_in_with(server, "alice", longest));
}

TEST_F(PasswordLogin, UpgradesAHashThatWasMadeElsewhere) {
  alice();
  // python3 -c 'import crypt; print(crypt.crypt("correct horse battery", "$2b$04$abc…stuu"))'
  server.execute_sql("UPDATE credentials SET password_hash ="
                     " '$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS'");
  expect_failure(log_in_with(server, "alice", "wrong password"), errc::bad_credentials);
  signed_in_by(log_in_with(server, "alice", good_password));
  const auto known = server.open_database()->find_credential("alice");
  ASSERT_TRUE(known && *known);
  EXPECT_TRUE((*known)->password_hash.starts_with("$argon2id$"));
  signed_in_by(log_in_with(server, "alice", good_password));
}

// Guessing ---------------------------------------------------------------------------------------

TEST_F(PasswordLogin, MakesWhoeverGuessesWait_ASVS_6_3_1) {
  test_server strict{throttle_strictly};
  signed_in_by(sign_up(strict, "alice"));
  for (int count = 0; count < 3; ++count)
    expect_failure(log_in_with(strict, "alice", "wrong password"), errc::bad_credentials);
  const auto refused = log_in_with(strict, "alice", good_password);
  expect_failure(refused, errc::too_many_attempts);
  EXPECT_GT(std::stoi(refused.header("Retry-After").value_or("0")), 3'000);
  EXPECT_EQ(refused.header("Cache-Control"), "no-store");
  // One name is not another one's fault.
  signed_in_by(sign_up(strict, "bob"));
  signed_in_by(log_in_with(strict, "bob", good_password));
}

TEST_F(PasswordLogin, CountsNamesThatDoNotExistLikeOthers_ASVS_6_3_8) {
  test_server strict{throttle_strictly};
  for (int count = 0; count < 3; ++count)
    expect_failure(log_in_with(strict, "nobody", "wrong password"), errc::bad_credentials);
  expect_failure(log_in_with(strict, "nobody", "wrong password"), errc::too_many_attempts);
}

TEST_F(PasswordLogin, IsNotForgivenByARestart_ASVS_6_3_1) {
  test_server strict{throttle_strictly};
  for (int count = 0; count < 3; ++count)
    log_in_with(strict, "alice", "wrong password");
  strict.restart();
  expect_failure(log_in_with(strict, "alice", "wrong password"), errc::too_many_attempts);
}

TEST_F(PasswordLogin, DoesNotLockOutWhoIsOnADeviceThatHeUsedBefore_ASVS_6_3_1) {
  test_server strict{throttle_strictly};
  const std::string device = device_token_of(sign_up(strict, "alice"));
  ASSERT_FALSE(device.empty());
  for (int count = 0; count < 5; ++count)
    log_in_with(strict, "alice", "wrong password");
  expect_failure(log_in_with(strict, "alice", good_password), errc::too_many_attempts);

  const auto reply = log_in_with(strict, "alice", good_password, device);
  signed_in_by(reply);
  EXPECT_FALSE(device_token_of(reply).empty());
  // A device is trusted for its own user, and no guessing on it is free, either.
  signed_in_by(sign_up(strict, "bob"));
  for (int count = 0; count < 3; ++count)
    log_in_with(strict, "bob", "wrong password", device);
  expect_failure(log_in_with(strict, "bob", good_password, device), errc::too_many_attempts);
  for (int count = 0; count < 4; ++count)
    expect_failure(log_in_with(strict, "alice", "wrong password", device), errc::bad_credentials);
  expect_failure(log_in_with(strict, "alice", good_password, device), errc::too_many_attempts);
}

TEST_F(PasswordLogin, DoesNotLetManyGuessesAtOnceThrough_ASVS_6_3_1) {
  test_server strict{throttle_strictly};
  signed_in_by(sign_up(strict, "alice"));
  const auto replies = all_at_once(strict, 40, [](api_client& client) {
    return client.post("/api/v1/login", {{"username", "alice"}, {"password", "wrong password"}});
  });
  const auto count_of = [&](errc code) {
    return std::ranges::count_if(
        replies, [code](const http_reply& each) { return each.code() == info(code).code; });
  };
  EXPECT_EQ(count_of(errc::bad_credentials), 3);
  EXPECT_EQ(count_of(errc::too_many_attempts), 37);
}

TEST_F(PasswordLogin, ForgivesWhatHeMistypedWhenHeSucceeds) {
  test_server strict{throttle_strictly};
  signed_in_by(sign_up(strict, "alice"));
  for (int round = 0; round < 3; ++round) {
    for (int count = 0; count < 2; ++count)
      expect_failure(log_in_with(strict, "alice", "mistyped password"), errc::bad_credentials);
    signed_in_by(log_in_with(strict, "alice", good_password));
  }
}

// Load -------------------------------------------------------------------------------------------

TEST_F(PasswordLogin, RefusesWhatDoesNotFitWithATimeToComeBack_ASVS_15_4_4) {
  test_server small{[](config::settings& settings) {
    open_registration(settings);
    settings.password.workers = 1;
    settings.password.queue = 2;
    settings.throttle.source_attempts = 1'000;
    settings.throttle.account_attempts = 1'000;
    settings.throttle.pair_attempts = 1'000;
  }};
  signed_in_by(sign_up(small, "alice"));
  const auto replies = all_at_once(small, 30, [](api_client& client) {
    return client.post("/api/v1/login", {{"username", "alice"}, {"password", good_password}});
  });
  int busy = 0;
  for (const http_reply& reply : replies) {
    if (reply.status == 200) continue;
    expect_failure(reply, errc::overloaded);
    EXPECT_GE(std::stoi(reply.header("Retry-After").value_or("0")), 1);
    ++busy;
  }
  EXPECT_GT(busy, 0);
  EXPECT_LT(busy, 30);
}

} // namespace maque::test

#include "account_fixture.hpp"
#include "security/invitation_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace maque::test {

namespace {

class Register : public testing::Test {
protected:
  std::int64_t count_of(errc code, const std::vector<http_reply>& replies) {
    return std::ranges::count_if(
        replies, [code](const http_reply& reply) { return reply.code() == info(code).code; });
  }

  test_server server{open_registration};
};

class RegisterByInvitation : public testing::Test {
protected:
  RegisterByInvitation() {
    invitation added;
    added.code_hash = security::hash_invitation_code(code);
    added.uses_left = 1;
    added.created_at = system_time_source{}.now();
    const std::vector<write_request> order{add_invitation{added}};
    EXPECT_TRUE(server.open_database()->apply(order).front());
  }

  http_reply sign_up_with(const std::string& name, const nlohmann::json& code_given) {
    nlohmann::json body{{"username", name}, {"password", good_password}};
    if (!code_given.is_null()) body["invitation_code"] = code_given;
    return api_client{server.port()}.post("/api/v1/register", body);
  }

  const std::string code = "an-invitation-code";
  test_server server{[](config::settings& settings) {
    settings.accounts.registration = config::registration_mode::invitation;
  }};
};

} // namespace

TEST_F(Register, MakesAnAccountAndLogsIn) {
  const auto reply = sign_up(server, "Alice");
  const auto alice = signed_in_by(reply);
  EXPECT_EQ(reply.data().at("is_new_user"), true);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(ask_who_am_i(server, alice.access_token).data().at("id"), alice.user_id);
  expect_success(refresh(server, alice.refresh_token));

  const auto again = signed_in_by(log_in_with(server, "aLICE", good_password));
  EXPECT_EQ(again.user_id, alice.user_id);
}

TEST_F(Register, RefusesAUsernameThatIsTakenWhateverItsCase) {
  signed_in_by(sign_up(server, "alice"));
  expect_failure(sign_up(server, "ALICE", "another password"), errc::username_taken);
  expect_failure(log_in_with(server, "alice", "another password"), errc::bad_credentials);
}

// ASVS 6.2.1, 6.2.4, 6.2.9 and the username itself; tests/unit/domain has the whole table.
TEST_F(Register, RefusesWhatNobodyShouldUse_ASVS_6_2_1_6_2_4) {
  for (const std::string password : {"", "1234567", "password", "PASSWORD1", "alice-in-town"})
    expect_failure(sign_up(server, "alice-in-town", password), errc::invalid_field);
  for (const std::string name : {"", "al", "-alice", "ali ce", "älice", "alice\n"})
    expect_failure(sign_up(server, name), errc::invalid_field);
  signed_in_by(sign_up(server, "alice", std::string(64, 'x') + "麻雀 \t 🐦"));
}

// ASVS 15.4.2: races. None is kept waiting for the hashing of passwords that can't be used.
TEST_F(Register, LetsOneOfManyHaveAUsername_ASVS_15_4_2) {
  constexpr int parallel = 300;
  const test_server patient{[](config::settings& settings) {
    open_registration(settings);
    settings.throttle.source_attempts = parallel;
  }};
  const auto replies = all_at_once(patient, parallel, [](api_client& client) {
    return client.post("/api/v1/register", {{"username", "bob"}, {"password", good_password}});
  });
  EXPECT_EQ(std::ranges::count_if(replies, [](const auto& each) { return each.status == 200; }), 1);
  EXPECT_EQ(count_of(errc::username_taken, replies), parallel - 1);
}

// Who may register can learn which names there are, but not of many.
TEST_F(Register, MakesWhoeverLooksForNamesWait_ASVS_6_3_1) {
  test_server strict{[](config::settings& settings) {
    open_registration(settings);
    settings.throttle.source_attempts = 3;
    settings.throttle.first_delay = settings.throttle.longest_delay = std::chrono::hours{1};
  }};
  for (const std::string name : {"alice", "bob", "carol", "dave", "erin"})
    signed_in_by(sign_up(strict, name));
  for (const std::string name : {"alice", "bob", "carol", "dave"})
    expect_failure(sign_up(strict, name), errc::username_taken);
  const auto refused = sign_up(strict, "erin");
  expect_failure(refused, errc::too_many_attempts);
  EXPECT_GT(std::stoi(refused.header("Retry-After").value_or("0")), 3'000);
  // That is no reason not to let those log in who are there.
  signed_in_by(log_in_with(strict, "alice", good_password));
}

TEST_F(Register, TakesNoFieldsThatItDoesNotKnow_ASVS_15_3_3) {
  expect_failure(api_client{server.port()}.post(
                     "/api/v1/register",
                     {{"username", "mallory"}, {"password", good_password}, {"role", "operator"}}),
                 errc::invalid_field);
}

TEST(RegisterByDefault, IsClosed) {
  const test_server closed;
  expect_failure(sign_up(closed, "alice"), errc::registration_closed);
}

TEST_F(RegisterByInvitation, TakesACodeAsOftenAsItMay) {
  expect_failure(sign_up_with("alice", nullptr), errc::invalid_invitation);
  expect_failure(sign_up_with("alice", "another code"), errc::invalid_invitation);
  signed_in_by(sign_up_with("alice", code));
  expect_failure(sign_up_with("bob", code), errc::invalid_invitation);
}

TEST_F(RegisterByInvitation, DoesNotUseUpACodeForAUsernameThatIsTaken) {
  server.execute_sql("UPDATE invitations SET uses_left = 2");
  signed_in_by(sign_up_with("alice", code));
  expect_failure(sign_up_with("alice", code), errc::username_taken);
  signed_in_by(sign_up_with("bob", code));
}

} // namespace maque::test

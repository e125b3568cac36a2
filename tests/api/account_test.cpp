#include "account_fixture.hpp"

#include <gtest/gtest.h>

namespace maque::test {

namespace {

const std::string new_password = "another good password";

class Account : public testing::Test {
protected:
  http_reply change_password(const signed_in& who, const std::string& from, const std::string& to) {
    return client_of(who).put("/api/v1/user/password",
                              {{"current_password", from}, {"new_password", to}});
  }

  http_reply add_credentials(const signed_in& who, const std::string& name) {
    return client_of(who).put("/api/v1/user/credentials",
                              {{"username", name}, {"password", good_password}});
  }

  http_reply link(const signed_in& who, const std::string& code) {
    return client_of(who).post("/api/v1/user/wechat", {{"code", code}});
  }

  api_client client_of(const signed_in& who) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    return client;
  }

  test_server server{open_registration};
};

} // namespace

// Passwords --------------------------------------------------------------------------------------

TEST_F(Account, ChangesItsPasswordWithTheCurrentOne_ASVS_6_2_2_6_2_3) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  expect_failure(change_password(alice, "not the current", new_password), errc::bad_credentials);
  signed_in_by(log_in_with(server, "alice", good_password));

  expect_success(change_password(alice, good_password, new_password));
  expect_failure(log_in_with(server, "alice", good_password), errc::bad_credentials);
  signed_in_by(log_in_with(server, "alice", new_password));
}

TEST_F(Account, EndsItsOtherSessionsWithAPasswordChange_ASVS_7_4_3) {
  const auto phone = signed_in_by(sign_up(server, "alice"));
  const auto tablet = signed_in_by(log_in_with(server, "alice", good_password));
  const auto reply = change_password(phone, good_password, new_password);
  expect_success(reply);
  EXPECT_EQ(reply.data().at("ended_sessions"), 1);
  for (int count = 0; count < 10; ++count) // on either lane
    expect_failure(ask_who_am_i(server, tablet.access_token), errc::session_ended);
  expect_failure(refresh(server, tablet.refresh_token), errc::session_ended);
  expect_success(ask_who_am_i(server, phone.access_token));
  expect_success(refresh(server, phone.refresh_token));
}

TEST_F(Account, RefusesAPasswordThatNobodyShouldUse) {
  const auto alice = signed_in_by(sign_up(server, "alice-in-town"));
  for (const std::string password : {"", "short", "password", "Alice-In-Town"})
    expect_failure(change_password(alice, good_password, password), errc::invalid_field);
  signed_in_by(log_in_with(server, "alice-in-town", good_password));
}

TEST_F(Account, ThrottlesGuessesOfTheCurrentPassword_ASVS_6_3_1) {
  test_server strict{[](config::settings& settings) {
    open_registration(settings);
    settings.throttle.device_attempts = 2;
    settings.throttle.first_delay = settings.throttle.longest_delay = std::chrono::hours{1};
  }};
  const auto alice = signed_in_by(sign_up(strict, "alice"));
  api_client client{strict.port()};
  client.use_token(alice.access_token);
  const auto guess = [&](const std::string& password) {
    return client.put("/api/v1/user/password",
                      {{"current_password", password}, {"new_password", new_password}});
  };
  for (int count = 0; count < 3; ++count)
    expect_failure(guess("wrong password"), errc::bad_credentials);
  const auto refused = guess(good_password);
  expect_failure(refused, errc::too_many_attempts);
  EXPECT_TRUE(refused.header("Retry-After"));
}

TEST_F(Account, IsChangedByNobodyElse_ASVS_8_2_1) {
  api_client stranger{server.port()};
  expect_failure(stranger.put("/api/v1/user/credentials",
                              {{"username", "x-men"}, {"password", good_password}}),
                 errc::unauthenticated);
  expect_failure(stranger.post("/api/v1/user/wechat", {{"code", "dev-alice.1"}}),
                 errc::unauthenticated);
  expect_failure(stranger.send("DELETE", "/api/v1/sessions/1", {}), errc::unauthenticated);
  expect_failure(stranger.get("/api/v1/sessions"), errc::unauthenticated);
}

TEST_F(Account, HasNoPasswordToChangeIfItIsOfWeChat) {
  expect_failure(change_password(log_in(server, "carol"), good_password, new_password),
                 errc::conflict);
}

// Linking ----------------------------------------------------------------------------------------

TEST_F(Account, OfWeChatCanBeGivenAUsername) {
  const auto carol = log_in(server, "carol");
  expect_failure(add_credentials(carol, "x"), errc::invalid_field);
  const auto reply = add_credentials(carol, "Carol");
  expect_success(reply);
  EXPECT_EQ(reply.data().at("id"), carol.user_id);
  EXPECT_EQ(signed_in_by(log_in_with(server, "carol", good_password)).user_id, carol.user_id);
  EXPECT_EQ(log_in(server, "carol").user_id, carol.user_id);
  expect_failure(add_credentials(carol, "carol-2"), errc::credentials_exist);
  expect_failure(add_credentials(log_in(server, "dave"), "carol"), errc::username_taken);
}

TEST_F(Account, OfWeChatIsNotToldOfManyUsernamesWhetherTheyAreTaken_ASVS_6_3_1) {
  test_server strict{[](config::settings& settings) {
    open_registration(settings);
    settings.throttle.device_attempts = 2;
    settings.throttle.first_delay = settings.throttle.longest_delay = std::chrono::hours{1};
  }};
  signed_in_by(sign_up(strict, "alice"));
  // Another session is no other user.
  const auto choose = [&](const std::string& name) {
    api_client client{strict.port()};
    client.use_token(log_in(strict, "carol").access_token);
    return client.put("/api/v1/user/credentials",
                      {{"username", name}, {"password", good_password}});
  };
  for (int count = 0; count < 3; ++count)
    expect_failure(choose("alice"), errc::username_taken);
  expect_failure(choose("carol"), errc::too_many_attempts);
}

TEST_F(Account, CanBeLinkedWithWeChat) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  const auto reply = link(alice, "dev-erin.link-1");
  expect_success(reply);
  EXPECT_EQ(reply.data().at("id"), alice.user_id);
  EXPECT_EQ(log_in(server, "erin").user_id, alice.user_id);
  expect_success(link(alice, "dev-erin.link-2"));
  expect_failure(link(alice, "dev-frank.link-1"), errc::wechat_already_linked);
  expect_failure(link(signed_in_by(sign_up(server, "bob")), "dev-erin.link-3"),
                 errc::identity_taken);
}

TEST_F(Account, IsNotLinkedIfWeChatRefuses) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  expect_failure(link(alice, ""), errc::invalid_field);
  expect_failure(link(alice, "err-40029"), errc::invalid_code);
  expect_failure(link(alice, "err-40226"), errc::user_blocked_by_wechat);
  expect_failure(link(alice, "err-45011"), errc::too_many_requests);
  expect_failure(link(alice, "err-40013"), errc::wechat_rejected_us);
  expect_failure(link(alice, "err-45009"), errc::wechat_unavailable);
}

TEST_F(Account, ThatWasDeletedIsNoLongerThere) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  const auto carol = log_in(server, "carol");
  const utc_time now = system_time_source{}.now();
  const std::vector<write_request> orders{delete_user{claims_of(alice.access_token).user, now},
                                          delete_user{claims_of(carol.access_token).user, now}};
  for (const auto& outcome : server.open_database()->apply(orders))
    ASSERT_TRUE(outcome);
  EXPECT_TRUE(eventually([&] { return ask_who_am_i(server, alice.access_token).status == 401; }));
  expect_failure(log_in_with(server, "alice", good_password), errc::bad_credentials);
  EXPECT_NE(log_in(server, "carol").user_id, carol.user_id);
  EXPECT_NE(signed_in_by(sign_up(server, "alice")).user_id, alice.user_id);
}

TEST_F(Account, ThatIsDisabledIsGivenNothing) {
  const auto carol = log_in(server, "carol");
  server.execute_sql("UPDATE users SET disabled = 1");
  expect_failure(add_credentials(carol, "carol"), errc::user_not_found);
  expect_failure(link(carol, "dev-erin.link-1"), errc::user_not_found);
}

// Fields -----------------------------------------------------------------------------------------

TEST_F(Account, AcceptsNoFieldsThatItDoesNotKnow_ASVS_2_2_1) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  auto client = client_of(alice);
  for (const nlohmann::json& body :
       {nlohmann::json{{"current_password", good_password}}, nlohmann::json{{"new_password", "x"}},
        nlohmann::json{{"current_password", 1}, {"new_password", new_password}},
        nlohmann::json{
            {"current_password", good_password}, {"new_password", new_password}, {"user_id", "1"}}})
    expect_failure(client.put("/api/v1/user/password", body), errc::invalid_field);
}

} // namespace maque::test

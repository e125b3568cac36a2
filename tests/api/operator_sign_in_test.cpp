#include "operator_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace maque::test {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Operators sign in on a listener of their own.
class OperatorSignIn : public testing::Test {
protected:
  nlohmann::json audit() {
    operator_client reading{server};
    reading.bearer = test_server::operator_token;
    const auto reply = reading.get("/admin/audit?limit=100");
    expect_success(reply);
    return reply.data().at("items");
  }

  test_server server{open_registration};
  operator_client client{server};
};

} // namespace

TEST_F(OperatorSignIn, GivesACookieAndATokenAgainstForgery_ASVS_3_3_2_3_3_4) {
  const auto reply = client.sign_in();
  expect_success(reply);
  EXPECT_EQ(reply.data().at("operator"), "operator token");
  EXPECT_EQ(reply.data().at("csrf_token").get<std::string>().size(), 43U);
  const std::string cookie = reply.header("Set-Cookie").value_or("");
  for (const char* attribute :
       {"maque_operator=", "; HttpOnly", "; SameSite=Strict", "; Path=/admin", "; Max-Age=43200"})
    EXPECT_THAT(cookie, HasSubstr(attribute));
  EXPECT_THAT(cookie, Not(HasSubstr("Secure"))); // this was plain HTTP
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  const auto session = client.get("/admin/session");
  expect_success(session);
  EXPECT_EQ(session.data().at("csrf_token"), reply.data().at("csrf_token"));
  EXPECT_EQ(session.data().at("operator"), "operator token");
}

TEST_F(OperatorSignIn, GivesASecureCookieWhereATrustedProxySpeaksHttps) {
  test_server behind{
      [](config::settings& settings) { settings.http.trusted_proxies = {"127.0.0.1"}; }};
  operator_client asking{behind};
  const auto reply =
      asking.post("/admin/sign-in", {{"token", test_server::operator_token}},
                  {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_THAT(reply.header("Set-Cookie").value_or(""), HasSubstr("; Secure"));
}

TEST_F(OperatorSignIn, IsNeededForEverythingButThePage_ASVS_8_2_1) {
  for (const char* path : {"/admin/session", "/admin/audit", "/admin/sessions", "/admin/users",
                           "/admin/users/1", "/admin/wechat", "/admin/events"})
    expect_failure(client.get(path), errc::unauthenticated);
  expect_failure(client.post("/admin/sign-out"), errc::unauthenticated);
  expect_failure(client.post("/admin/users/1/disable"), errc::unauthenticated);
  expect_failure(client.send("DELETE", "/admin/sessions/1"), errc::unauthenticated);
  EXPECT_EQ(client.get("/admin/").status, 200);
}

TEST_F(OperatorSignIn, LetsProgramsComeWithTheTokenAlone) {
  client.bearer = test_server::operator_token;
  expect_success(client.get("/admin/wechat"));
  expect_failure(client.post("/admin/users/1/disable"), errc::user_not_found);
}

TEST_F(OperatorSignIn, RefusesWhateverIsNotTheToken) {
  for (const std::string& wrong :
       {std::string{"x"}, std::string(43, 'A'), std::string{test_server::operator_token} + "x"}) {
    expect_failure(client.sign_in({{"token", wrong}}), errc::bad_credentials);
    operator_client program{server};
    program.bearer = wrong;
    expect_failure(program.get("/admin/session"), errc::unauthenticated);
    program.bearer.clear();
    program.cookie = "maque_operator=" + wrong;
    const auto reply = program.get("/admin/session");
    expect_failure(reply, errc::unauthenticated);
    EXPECT_THAT(reply.header("Set-Cookie").value_or(""), HasSubstr("Max-Age=0"));
  }
}

TEST_F(OperatorSignIn, SlowsGuessingDownAndKeepsNobodyOut_ASVS_6_3_1) {
  operator_client guessing{server};
  guessing.bearer = "wrong";
  http_reply last = guessing.get("/admin/session");
  for (int count = 0; count < 50 && last.status == 401; ++count)
    last = guessing.get("/admin/session");
  expect_failure(last, errc::too_many_attempts);
  EXPECT_TRUE(last.has("Retry-After"));
  EXPECT_TRUE(eventually([&] { return client.sign_in({{"token", "wrong"}}).status == 429; }));
  // From the same address.
  expect_success(client.sign_in());
  expect_success(client.get("/admin/session"));
}

TEST_F(OperatorSignIn, NeedsTheTokenAgainstForgeryToChangeAnything_ASVS_3_5_1) {
  expect_success(client.sign_in());
  const std::string right = client.csrf_token;
  for (const std::string& wrong : {std::string{}, std::string{"x"}, right + "x"}) {
    client.csrf_token = wrong;
    expect_failure(client.post("/admin/users/1/disable"), errc::foreign_request);
    expect_success(client.get("/admin/session"));
  }
  client.csrf_token = right;
  expect_failure(client.post("/admin/users/1/disable"), errc::user_not_found);
}

TEST_F(OperatorSignIn, IsNotForPagesOfAnotherOrigin_ASVS_3_5_1) {
  const nlohmann::json proof{{"token", test_server::operator_token}};
  for (const auto& header :
       {std::pair{"Origin", "https://evil.example"}, std::pair{"Origin", "null"},
        std::pair{"Sec-Fetch-Site", "cross-site"}, std::pair{"Sec-Fetch-Site", "same-site"}}) {
    expect_failure(client.post("/admin/sign-in", proof, {header}), errc::foreign_request);
    expect_failure(client.post("/simulator/reset", {}, {header}), errc::foreign_request);
  }
  const std::string own = "http://127.0.0.1:" + std::to_string(server.operator_port());
  expect_success(client.post("/admin/sign-in", proof, {{"Origin", own}}));
}

TEST_F(OperatorSignIn, IsNotForAHostThatIsSomebodyElses) {
  for (const char* path : {"/admin/", "/metrics", "/admin/session"})
    expect_failure(client.get(path, {{"Host", "evil.example"}}), errc::foreign_request);
  EXPECT_EQ(client.get("/admin/", {{"Host", "localhost:9090"}}).status, 200);
}

TEST_F(OperatorSignIn, EndsWithSignOut_ASVS_7_4_1) {
  expect_success(client.sign_in());
  const auto reply = client.post("/admin/sign-out");
  expect_success(reply);
  EXPECT_THAT(reply.header("Set-Cookie").value_or(""), HasSubstr("Max-Age=0"));
  expect_failure(client.get("/admin/session"), errc::unauthenticated);
}

TEST_F(OperatorSignIn, IsByAccountForOperatorsOnly) {
  make_operator(server, "alice");
  signed_in_by(sign_up(server, "bob"));
  const auto reply = client.sign_in({{"username", "alice"}, {"password", good_password}});
  expect_success(reply);
  EXPECT_EQ(reply.data().at("operator"), "alice");
  operator_client other{server};
  for (const auto& [name, password] :
       {std::pair{"bob", good_password}, std::pair{"alice", std::string{"wrong password"}},
        std::pair{"nobody", good_password}}) {
    const auto refused = other.sign_in({{"username", name}, {"password", password}});
    expect_failure(refused, errc::bad_credentials);
    EXPECT_FALSE(refused.has("Set-Cookie"));
  }
  // No session of a user was opened for it.
  EXPECT_EQ(server.open_database()->find_credential("alice").value()->username, "alice");
  client.bearer.clear();
  const auto found = client.get("/admin/users?q=alice").data().at("items").at(0);
  EXPECT_EQ(
      client.get("/admin/users/" + found.at("id").get<std::string>()).data().at("sessions").size(),
      1U); // that of the registration
}

TEST_F(OperatorSignIn, LetsTwoOperatorsWorkSideBySide) {
  make_operator(server, "alice");
  make_operator(server, "bella");
  operator_client other{server};
  expect_success(client.sign_in({{"username", "alice"}, {"password", good_password}}));
  expect_success(other.sign_in({{"username", "bella"}, {"password", good_password}}));
  EXPECT_EQ(client.get("/admin/session").data().at("operator"), "alice");
  EXPECT_EQ(other.get("/admin/session").data().at("operator"), "bella");
  expect_success(client.post("/admin/sign-out"));
  expect_success(other.get("/admin/session"));
}

TEST_F(OperatorSignIn, EndsForAnOperatorWhoIsDisabledOrIsNoneAnyMore_ASVS_7_4_2) {
  const std::string alice = make_operator(server, "alice");
  const std::string bella = make_operator(server, "bella");
  operator_client other{server};
  expect_success(client.sign_in({{"username", "alice"}, {"password", good_password}}));
  expect_success(other.sign_in({{"username", "bella"}, {"password", good_password}}));
  expect_success(client.post("/admin/users/" + bella + "/disable"));
  expect_failure(other.get("/admin/session"), errc::unauthenticated);
  // By a command, of which nobody tells the server.
  server.execute_sql("UPDATE users SET role = 'user' WHERE id = " + alice);
  EXPECT_TRUE(eventually([&] { return client.get("/admin/session").status == 401; }));
}

TEST_F(OperatorSignIn, IsInTheAuditLogWhetherItSucceedsOrNot_ASVS_16_3_1) {
  client.sign_in({{"token", "wrong"}});
  client.sign_in({{"username", "mallory"}, {"password", "wrong password"}});
  client.sign_in();
  client.post("/admin/sign-out");
  std::vector<std::string> done;
  for (const auto& entry : audit()) {
    done.push_back(entry.at("action").get<std::string>() + " " +
                   entry.at("subject").get<std::string>() + " by " +
                   entry.at("who").get<std::string>());
    EXPECT_EQ(entry.at("address"), "127.0.0.1");
  }
  EXPECT_THAT(done, ::testing::ElementsAre("sign_out operator token by operator token",
                                           "sign_in operator token by operator token",
                                           "sign_in_failed mallory by (nobody)",
                                           "sign_in_failed operator token by (nobody)"));
}

TEST_F(OperatorSignIn, TakesOneOfTheTwoProofs) {
  for (const nlohmann::json& body :
       {nlohmann::json::object(), nlohmann::json{{"username", "alice"}},
        nlohmann::json{{"username", "alice"}, {"password", "x"}, {"token", "y"}},
        nlohmann::json{{"token", 7}}})
    expect_failure(client.post("/admin/sign-in", body), errc::invalid_field);
}

TEST(OperatorToken, IsMadeOnceAndKeptFromOthers_ASVS_13_3_1) {
  std::filesystem::path file;
  test_server server{[&file](config::settings& settings) {
    file = settings.auth.key_file.parent_path() / "ops" / "operator.token";
    settings.admin.token = {};
    settings.admin.token_file = file;
  }};
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  std::string token;
  std::getline(std::ifstream{file}, token);
  EXPECT_EQ(token.size(), 43U);
  operator_client client{server};
  client.bearer = token;
  expect_success(client.get("/admin/wechat"));
  server.restart();
  operator_client again{server};
  again.bearer = token;
  expect_success(again.get("/admin/wechat"));
}

TEST(OperatorToken, IsRefusedFromAFileThatOthersCanRead_ASVS_13_3_1) {
  try {
    test_server server{[](config::settings& settings) {
      settings.admin.token = {};
      settings.admin.token_file = settings.auth.key_file.parent_path() / "operator.token";
      std::ofstream{settings.admin.token_file} << std::string(43, 'x') << '\n';
      ::chmod(settings.admin.token_file.c_str(), 0644);
    }};
    FAIL() << "it started";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("operator.token: is open to other users"));
  }
}

} // namespace maque::test

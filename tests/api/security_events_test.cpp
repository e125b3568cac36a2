#include "operator_fixture.hpp"
#include "push_fixture.hpp"
#include "security/api_key.hpp"
#include "security/invitation_code.hpp"
#include "telemetry/security_log.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace maque::test {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string other_password = "another good password";

/// What a line of the log says happened.
using event = std::pair<std::string, std::string>;

std::vector<nlohmann::json> log_of(test_server& server) {
  std::istringstream text{server.read_log()};
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// The security events of the request that was answered so.
std::set<event> events_of(test_server& server, const http_reply& reply) {
  std::set<event> events;
  for (const auto& line : log_of(server))
    if (line.at("message") == "security" && line.value("trace_id", "") == reply.trace())
      events.emplace(line.at("event"), line.at("reason"));
  return events;
}

/// Every kind of event that was seen in this program, so that none is forgotten.
class SecurityEvents : public testing::Test {
protected:
  void expect(test_server& where, const http_reply& reply, const std::set<event>& expected) {
    EXPECT_TRUE(eventually([&] { return events_of(where, reply) == expected; }))
        << testing::PrintToString(events_of(where, reply)) << " is not "
        << testing::PrintToString(expected) << "\n"
        << reply.body;
    seen_.insert(expected.begin(), expected.end());
  }

  http_reply log_in_by_wechat(test_server& where, const std::string& code) {
    return api_client{where.port()}.post("/api/login", {{"code", code}});
  }

  http_reply as(const test_server& where, const signed_in& who, const std::string& method,
                const std::string& path, const nlohmann::json& body = {}) {
    api_client client{where.port()};
    client.use_token(who.access_token);
    if (body.is_null()) return client.send(method, path, {});
    return client.send(method, path, {api_client::json_body}, body.dump());
  }

  void log_in_and_fail();
  void be_throttled();
  void register_and_be_refused();
  void change_accounts();
  void come_with_api_keys();
  void refresh_and_be_refused();
  void end_sessions_in_each_way();
  void refuse_a_push();
  void sign_operators_in();

  std::set<event> seen_;
};

void SecurityEvents::log_in_and_fail() {
  test_server server{open_registration};
  const auto registered = sign_up(server, "alice");
  expect(server, registered, {{"registered", "open"}, {"login_succeeded", "registration"}});
  expect(server, log_in_with(server, "alice", good_password), {{"login_succeeded", "password"}});
  expect(server, log_in_with(server, "alice", "wrong"), {{"login_failed", "wrong_password"}});
  expect(server, log_in_with(server, "nobody", "wrong"), {{"login_failed", "unknown_user"}});
  expect(server, log_in_by_wechat(server, "dev-carol.1"), {{"login_succeeded", "wechat"}});
  expect(server, log_in_by_wechat(server, "err-40029"), {{"login_failed", "wechat"}});

  // python3 -c 'import crypt; print(crypt.crypt("correct horse battery", "$2b$04$abc…stuu"))'
  server.execute_sql("UPDATE credentials SET password_hash ="
                     " '$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS'");
  expect(server, log_in_with(server, "alice", good_password),
         {{"password_upgraded", "login"}, {"login_succeeded", "password"}});

  server.execute_sql("UPDATE users SET disabled = 1");
  expect(server, log_in_with(server, "alice", good_password), {{"login_failed", "disabled"}});
  expect(server, log_in_by_wechat(server, "dev-carol.2"), {{"login_failed", "disabled"}});
}

void SecurityEvents::be_throttled() {
  test_server server{[](config::settings& settings) {
    open_registration(settings);
    settings.throttle.pair_attempts = settings.throttle.device_attempts = 1;
    settings.throttle.source_attempts = 5;
    settings.throttle.first_delay = settings.throttle.longest_delay = hours{1};
  }};
  const auto alice = signed_in_by(sign_up(server, "alice"));
  for (int count = 0; count < 2; ++count)
    log_in_with(server, "alice", "wrong");
  expect(server, log_in_with(server, "alice", good_password), {{"login_throttled", "attempts"}});

  const nlohmann::json change{{"current_password", "wrong"}, {"new_password", other_password}};
  for (int count = 0; count < 2; ++count)
    expect(server, as(server, alice, "PUT", "/api/v1/user/password", change),
           {{"password_change_failed", "wrong_password"}});
  expect(server, as(server, alice, "PUT", "/api/v1/user/password", change),
         {{"password_change_failed", "throttled"}});

  const auto carol = log_in(server, "carol");
  const nlohmann::json credentials{{"username", "alice"}, {"password", good_password}};
  for (int count = 0; count < 2; ++count)
    expect(server, as(server, carol, "PUT", "/api/v1/user/credentials", credentials), {});
  expect(server, as(server, carol, "PUT", "/api/v1/user/credentials", credentials),
         {{"credentials_refused", "throttled"}});

  for (int count = 0; count < 6; ++count)
    sign_up(server, "alice");
  expect(server, sign_up(server, "bob"), {{"registration_refused", "throttled"}});
}

void SecurityEvents::register_and_be_refused() {
  test_server closed;
  expect(closed, sign_up(closed, "alice"), {{"registration_refused", "closed"}});

  test_server open{open_registration};
  sign_up(open, "alice");
  expect(open, sign_up(open, "alice"), {{"registration_refused", "username_taken"}});

  test_server invited{[](config::settings& settings) {
    settings.accounts.registration = config::registration_mode::invitation;
  }};
  invitation added;
  added.code_hash = security::hash_invitation_code("a code");
  added.created_at = system_time_source{}.now();
  const std::vector<write_request> order{add_invitation{added}};
  ASSERT_TRUE(invited.open_database()->apply(order).front());
  const auto sign_up_with = [&](const std::string& code) {
    return api_client{invited.port()}.post(
        "/api/v1/register",
        {{"username", "alice"}, {"password", good_password}, {"invitation_code", code}});
  };
  expect(invited, sign_up_with("no code"), {{"registration_refused", "invitation"}});
  expect(invited, sign_up_with("a code"),
         {{"registered", "invitation"}, {"login_succeeded", "registration"}});
}

void SecurityEvents::change_accounts() {
  test_server server{open_registration};
  const auto alice = signed_in_by(sign_up(server, "alice"));
  signed_in_by(log_in_with(server, "alice", good_password));
  expect(server,
         as(server, alice, "PUT", "/api/v1/user/password",
            {{"current_password", good_password}, {"new_password", other_password}}),
         {{"password_changed", "owner"}, {"session_ended", "password_changed"}});
  expect(server, as(server, alice, "POST", "/api/v1/user/wechat", {{"code", "dev-erin.1"}}),
         {{"wechat_linked", "owner"}});
  expect(server, as(server, alice, "POST", "/api/v1/wechat/phone", {{"code", "phone-13800138000"}}),
         {{"phone_bound", "owner"}});
  expect(server,
         as(server, log_in(server, "carol"), "PUT", "/api/v1/user/credentials",
            {{"username", "carol"}, {"password", good_password}}),
         {{"credentials_added", "owner"}});
}

void SecurityEvents::come_with_api_keys() {
  test_server server;
  const utc_time now = system_time_source{}.now();
  std::map<std::string, std::string> keys;
  const auto come = [&](const std::string& name) {
    api_client client{server.port()};
    client.use_token(name == "unknown" ? security::make_api_key() : keys.at(name));
    return client.post("/api/v1/server/wechat/schemes", nlohmann::json::object());
  };
  std::uint64_t id = 0;
  for (const char* const name : {"good", "expired", "revoked", "scope"}) {
    keys[name] = security::make_api_key();
    api_key added;
    added.id = {++id};
    added.name = name;
    added.hash = security::hash_api_key(keys[name]);
    if (name != std::string_view{"scope"}) added.scopes.add(api_scope::wechat_links);
    if (name == std::string_view{"expired"}) added.expires_at = now;
    if (name == std::string_view{"revoked"}) added.revoked_at = now;
    const std::vector<write_request> order{add_api_key{added}};
    ASSERT_TRUE(server.open_database()->apply(order).front());
  }
  expect(server, come("good"), {}); // The access log has it.
  for (const char* const reason : {"unknown", "expired", "revoked", "scope"})
    expect(server, come(reason), {{"api_key_refused", reason}});
}

void SecurityEvents::refresh_and_be_refused() {
  test_server server;
  const auto alice = log_in(server, "alice");
  const auto renewed = refresh(server, alice.refresh_token);
  expect(server, renewed, {}); // The access log has it.
  expect(server, refresh(server, alice.refresh_token),
         {{"session_refreshed_again", "reuse_window"}});
  expect(server, refresh(server, "nonsense"), {{"refresh_refused", "invalid_token"}});

  server.execute_sql("UPDATE sessions SET rotated_at = rotated_at - 60000000");
  expect(server, refresh(server, alice.refresh_token),
         {{"reuse_detected", "refresh_token"}, {"session_ended", "logout"}});
  expect(server, refresh(server, alice.refresh_token), {{"refresh_refused", "session_ended"}});

  const auto bob = log_in(server, "bob");
  server.execute_sql("UPDATE users SET disabled = 1");
  expect(server, refresh(server, bob.refresh_token), {{"refresh_refused", "disabled"}});
}

void SecurityEvents::end_sessions_in_each_way() {
  test_server server{[](config::settings& settings) { settings.auth.max_sessions = 2; }};
  const auto phone = log_in(server, "alice");
  const auto tablet = log_in(server, "alice");
  expect(server, log_in_by_wechat(server, "dev-alice.third"),
         {{"login_succeeded", "wechat"}, {"session_ended", "limit"}});
  const auto laptop = log_in(server, "alice");
  const auto desktop = log_in(server, "alice");
  const std::string other = to_string(claims_of(laptop.access_token).session);
  expect(server, as(server, desktop, "DELETE", "/api/v1/sessions/" + other),
         {{"session_ended", "owner"}});
  expect(server, as(server, desktop, "POST", "/api/v1/logout", nlohmann::json::object()),
         {{"session_ended", "logout"}});

  const auto last = log_in(server, "alice");
  const std::vector<write_request> order{
      set_user_disabled{claims_of(last.access_token).user, true, system_time_source{}.now()}};
  ASSERT_TRUE(server.open_database()->apply(order).front());
  const auto was_ended_elsewhere = [&] {
    for (const auto& line : log_of(server))
      if (line.value("event", "") == "session_ended" && line.at("reason") == "elsewhere")
        return true;
    return false;
  };
  EXPECT_TRUE(eventually(was_ended_elsewhere));
  seen_.emplace("session_ended", "elsewhere");
}

void SecurityEvents::sign_operators_in() {
  test_server server{open_registration};
  operator_client client{server};
  make_operator(server, "alice");
  signed_in_by(sign_up(server, "bob"));
  expect(server, client.post("/admin/sign-in", {{"token", test_server::operator_token}}),
         {{"operator_signed_in", "token"}});
  expect(server,
         client.post("/admin/sign-in", {{"username", "alice"}, {"password", good_password}}),
         {{"operator_signed_in", "account"}});
  expect(server, client.post("/admin/sign-in", {{"username", "bob"}, {"password", good_password}}),
         {{"login_failed", "no_operator"}});
  client.bearer = test_server::operator_token;
  const std::string id = to_string(claims_of(log_in(server, "carol").access_token).session);
  expect(server, client.send("DELETE", "/admin/sessions/" + id), {{"session_ended", "operator"}});
  client.bearer = "wrong";
  expect(server, client.get("/admin/session"), {{"operator_refused", "token"}});
  http_reply last;
  do
    last = client.get("/admin/session");
  while (last.status == 401);
  expect(server, last, {{"operator_refused", "throttled"}});
}

void SecurityEvents::refuse_a_push() {
  test_server server{take_pushes};
  expect(server, post_push(server, secure_app, plain_query(), json_push("1")),
         {{"push_refused", "proof"}});
  api_client client{server.port()};
  expect(server,
         client.get("/wechat/push/" + plain_app + "?signature=x&timestamp=1&nonce=1&echostr=1"),
         {{"push_refused", "proof"}});
  expect(server, post_push(server, plain_app, plain_query(), "{}"), {});
}

} // namespace

// Successes and each kind of failure, over HTTP, by the trace of the request.
TEST_F(SecurityEvents, AreLoggedForEveryWayToAuthenticate_ASVS_16_3_1) {
  log_in_and_fail();
  be_throttled();
  register_and_be_refused();
  change_accounts();
  come_with_api_keys();
  refresh_and_be_refused();
  end_sessions_in_each_way();
  refuse_a_push();
  sign_operators_in();

  // What takes a race is tested with the login actor; a rotation, in tests/api/keys_test.cpp.
  seen_.emplace("key_rotated", "operator");
  seen_.emplace("session_refreshed", "rotation"); // counted only
  seen_.emplace("login_failed", "changed_meanwhile");
  std::set<event> all;
  for (const security_event_info& each : all_security_events())
    all.emplace(each.kind, each.reason);
  EXPECT_EQ(seen_, all);
}

TEST_F(SecurityEvents, NameTheUserTheSessionAndTheAddress_ASVS_16_3_1) {
  test_server server{open_registration};
  const auto reply = sign_up(server, "alice");
  const auto alice = signed_in_by(reply);
  const auto find_login = [&] {
    for (const auto& line : log_of(server))
      if (line.value("event", "") == "login_succeeded") return line;
    return nlohmann::json{};
  };
  ASSERT_TRUE(eventually([&] { return !find_login().is_null(); }));
  const auto line = find_login();
  EXPECT_EQ(line.at("user_id"), alice.user_id);
  EXPECT_EQ(line.at("session_id"), to_string(claims_of(alice.access_token).session));
  EXPECT_EQ(line.at("address"), "127.0.0.1");
  EXPECT_EQ(line.at("trace_id"), reply.trace());
}

// Whatever is refused for want of a right has a line in the access log, even when none is sampled.
TEST_F(SecurityEvents, AreNotNeededToSeeWhoWasRefused_ASVS_16_3_2) {
  test_server server{[](config::settings& settings) { settings.log.access_sample = 0; }};
  const auto alice = log_in(server, "alice");
  const auto bob = log_in(server, "bob");
  const std::string session_of_bob = to_string(claims_of(bob.access_token).session);
  const std::pair<http_reply, errc> refusals[]{
      {ask_who_am_i(server, ""), errc::unauthenticated},
      {ask_who_am_i(server, alice.access_token + "x"), errc::unauthenticated},
      {as(server, alice, "DELETE", "/api/v1/sessions/" + session_of_bob), errc::session_not_found},
      {sign_up(server, "alice"), errc::registration_closed},
  };
  for (const auto& [reply, code] : refusals) {
    expect_failure(reply, code);
    const std::string name{info(code).name};
    EXPECT_TRUE(eventually([&] {
      for (const auto& line : log_of(server))
        if (line.value("trace_id", "") == reply.trace() && line.value("error", "") == name)
          return line.at("level") == "warn" && line.at("address") == "127.0.0.1";
      return false;
    })) << name;
  }
}

} // namespace maque::test

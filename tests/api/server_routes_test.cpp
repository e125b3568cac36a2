#include "account_fixture.hpp"
#include "security/api_key.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace maque::test {

namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::string codes = "/api/v1/server/wechat/code-images";
const std::string app = "wxsimulator";

struct service_route {
  std::string path;
  api_scope scope;
};

const std::vector<service_route> service_routes{
    {"/api/v1/server/wechat/subscribe-messages", api_scope::wechat_messages},
    {"/api/v1/server/wechat/text-checks", api_scope::wechat_checks},
    {"/api/v1/server/wechat/code-images", api_scope::wechat_codes},
    {"/api/v1/server/wechat/schemes", api_scope::wechat_links},
    {"/api/v1/server/wechat/url-links", api_scope::wechat_links}};

api_scopes scopes_of(std::initializer_list<api_scope> scopes) {
  api_scopes made;
  for (const api_scope scope : scopes)
    made.add(scope);
  return made;
}

api_scopes every_scope() {
  api_scopes made;
  for (const api_scope scope : all_api_scopes)
    made.add(scope);
  return made;
}

class ServerRoutes : public testing::Test {
protected:
  struct made_key {
    api_key_id id;
    std::string text;
  };

  made_key make_key(const std::string& name, api_scopes scopes,
                    std::optional<hours> lifetime = std::nullopt) {
    const std::string text = security::make_api_key();
    api_key added;
    added.id = {++keys_made};
    added.name = name;
    added.hash = security::hash_api_key(text);
    added.scopes = scopes;
    added.created_at = system_time_source{}.now();
    if (lifetime) added.expires_at = added.created_at + *lifetime;
    apply(add_api_key{added});
    return {added.id, text};
  }

  void apply(write_request order) { ASSERT_TRUE(server.open_database()->apply({&order, 1}).at(0)); }

  void revoke(const made_key& made) { apply(revoke_api_key{made.id, system_time_source{}.now()}); }

  std::optional<api_key> stored(const made_key& made) {
    const std::vector<find_api_key> wanted{{security::hash_api_key(made.text)}};
    return server.open_database()->find_api_keys(wanted).value().at(0);
  }

  http_reply post(const std::string& path, const std::string& token, const nlohmann::json& body) {
    api_client client{server.port()};
    client.use_token(token);
    return client.post(path, body);
  }
  http_reply post(const std::string& path, const nlohmann::json& body) {
    return post(path, key.text, body);
  }
  http_reply get_code(const std::string& token) { return post(codes, token, {{"scene", "a=1"}}); }

  /// Of somebody who has logged in by way of WeChat.
  std::string log_in_and_find_openid() {
    const auto alice = log_in(server, "alice");
    const std::vector<find_session_key> wanted{{user_id::parse(alice.user_id).value(), app}};
    return server.open_database()->find_session_keys(wanted).value().at(0).value().openid;
  }

  test_server server{open_registration};
  std::uint64_t keys_made = 0;
  made_key key = make_key("everything", every_scope());
};

} // namespace

// What they do -----------------------------------------------------------------------------------

TEST_F(ServerRoutes, SendSubscribeMessages) {
  nlohmann::json message{{"openid", log_in_and_find_openid()},
                         {"template_id", "T1"},
                         {"data", {{"thing1", {{"value", "麻雀"}}}}},
                         {"page", "pages/index/index?a=1"},
                         {"version", "trial"},
                         {"language", "zh_CN"}};
  const auto sent = post("/api/v1/server/wechat/subscribe-messages", message);
  expect_success(sent);
  EXPECT_EQ(sent.data(), nlohmann::json::object());
  EXPECT_EQ(sent.header("Cache-Control"), "no-store");

  message["data"]["thing1"]["value"] = std::string(21, 'x');
  expect_failure(post("/api/v1/server/wechat/subscribe-messages", message), errc::invalid_field);
}

TEST_F(ServerRoutes, SendNoMoreMessagesThanTheUserHasAgreedTo) {
  const nlohmann::json message{{"openid", log_in_and_find_openid()},
                               {"template_id", "T1"},
                               {"data", {{"thing1", {{"value", "x"}}}}}};
  constexpr int consents = 100; // The simulator's.
  for (int sent = 0; sent < consents; ++sent)
    ASSERT_EQ(post("/api/v1/server/wechat/subscribe-messages", message).status, 200) << sent;
  expect_failure(post("/api/v1/server/wechat/subscribe-messages", message),
                 errc::subscription_refused);
}

TEST_F(ServerRoutes, CheckTexts) {
  const std::string openid = log_in_and_find_openid();
  const auto check = [&](const std::string& content) {
    return post("/api/v1/server/wechat/text-checks",
                {{"openid", openid}, {"content", content}, {"scene", 3}});
  };
  for (const auto& [content, verdict] :
       {std::pair{"a nice\ntext", "pass"}, std::pair{"to review", "review"},
        std::pair{"a risky one", "risky"}}) {
    const auto checked = check(content);
    expect_success(checked);
    EXPECT_EQ(checked.data().at("verdict"), verdict) << content;
    EXPECT_EQ(checked.data().at("label") == 100, std::string_view{verdict} == "pass");
    EXPECT_NE(checked.data().at("trace_id"), "");
  }
}

TEST_F(ServerRoutes, MakeCodeImages) {
  const auto made =
      post(codes, {{"scene", "a=1"}, {"width", 280}, {"check_path", false}, {"is_hyaline", true}});
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.header("Content-Type"), "image/png");
  EXPECT_EQ(made.header("Cache-Control"), "no-store");
  EXPECT_TRUE(made.body.starts_with("\x89PNG\r\n\x1A\n"));
  EXPECT_NE(post(codes, {{"scene", "a=2"}}).body, made.body);
}

TEST_F(ServerRoutes, MakeSchemesAndUrlLinks) {
  const nlohmann::json body{
      {"path", "pages/index/index"}, {"query", "a=1"}, {"days", 7}, {"appid", app}};
  const auto scheme = post("/api/v1/server/wechat/schemes", body);
  expect_success(scheme);
  EXPECT_THAT(scheme.data().at("open_link").get<std::string>(),
              MatchesRegex("weixin://dl/business/\\?t=.+"));
  const auto link = post("/api/v1/server/wechat/url-links", body);
  expect_success(link);
  EXPECT_THAT(link.data().at("url_link").get<std::string>(), MatchesRegex("https://wxaurl.cn/.+"));
}

TEST_F(ServerRoutes, RefuseFieldsThatAreWrong_ASVS_2_2_1) {
  for (const auto& [path, scope] : service_routes) {
    expect_failure(post(path, {{"surprise", 1}}), errc::invalid_field);
    expect_failure(post(path, {{"appid", "wxother"}, {"scene", "1"}}), errc::invalid_field);
    expect_failure(post(path, "x"), errc::invalid_json);
    api_client client{server.port()};
    client.use_token(key.text);
    expect_failure(client.send("POST", path, {{"Content-Type", "text/plain"}}, "{}"),
                   errc::unsupported_media_type);
  }
}

// Who may ----------------------------------------------------------------------------------------

TEST_F(ServerRoutes, AreForWhoHasAKeyWithTheirScope_ASVS_8_2_1) {
  for (const auto& [path, scope] : service_routes) {
    api_scopes others;
    for (const api_scope other : all_api_scopes)
      if (other != scope) others.add(other);
    const std::string name{path.substr(path.rfind('/') + 1)};
    const auto with = make_key(name, scopes_of({scope}));
    const auto without = make_key(name + ".others", others);
    // What is behind the gate looks at the body.
    expect_failure(post(path, with.text, {{"surprise", 1}}), errc::invalid_field);
    expect_failure(post(path, without.text, {{"surprise", 1}}), errc::forbidden);
    expect_failure(post(path, "", {{"surprise", 1}}), errc::unauthenticated);
  }
}

TEST_F(ServerRoutes, TellNobodyWhatIsWrongWithAKey_ASVS_16_5_1) {
  const auto revoked = make_key("revoked", every_scope());
  revoke(revoked);
  const auto expired = make_key("expired", every_scope(), -hours{1});
  const auto answer = [&](const std::string& token) {
    const auto reply = get_code(token);
    expect_failure(reply, errc::unauthenticated);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
    auto body = reply.json();
    body.erase("trace_id");
    return body;
  };
  const auto unknown = answer(security::make_api_key());
  for (const std::string& token : {revoked.text, expired.text, key.text + "A", std::string{"mqk_"},
                                   key.text.substr(0, 46), std::string{"x"}})
    EXPECT_EQ(answer(token), unknown) << token;
}

TEST_F(ServerRoutes, LetNobodyInFromTheMomentWhenAKeyIsRevoked) {
  api_client client{server.port()};
  client.use_token(key.text);
  EXPECT_EQ(client.post(codes, {{"scene", "1"}}).status, 200);
  revoke(key);
  expect_failure(client.post(codes, {{"scene", "1"}}), errc::unauthenticated);
}

TEST_F(ServerRoutes, AreForOperatorsButNotForOtherUsers_ASVS_8_2_1) {
  const auto alice = signed_in_by(sign_up(server, "alice"));
  expect_failure(get_code(alice.access_token), errc::forbidden);
  auto claims = claims_of(alice.access_token);
  claims.role = user_role::admin_operator;
  const std::string of_operator = sign(server, claims);
  EXPECT_EQ(get_code(of_operator).status, 200);
  api_client client{server.port()};
  client.use_token(alice.access_token);
  client.post("/api/v1/logout", nlohmann::json::object());
  expect_failure(get_code(of_operator), errc::session_ended);
}

TEST_F(ServerRoutes, TakeNoKeyInPlaceOfAUser_ASVS_9_2_2) {
  expect_failure(ask_who_am_i(server, key.text), errc::unauthenticated);
}

// What is kept of it -----------------------------------------------------------------------------

TEST_F(ServerRoutes, NoteWhenAKeyWasUsed) {
  EXPECT_FALSE(stored(key)->last_used_at);
  const utc_time before = system_time_source{}.now();
  EXPECT_EQ(get_code(key.text).status, 200);
  ASSERT_TRUE(eventually([&] { return stored(key)->last_used_at.has_value(); }));
  EXPECT_GE(*stored(key)->last_used_at, before);
}

TEST_F(ServerRoutes, LogTheNameOfAKeyAndNeverTheKey_ASVS_16_2_5) {
  EXPECT_EQ(get_code(key.text).status, 200);
  const auto refused = make_key("refused", {});
  expect_failure(get_code(refused.text), errc::forbidden);
  server.stop();
  const std::string log = server.read_log();
  EXPECT_THAT(log, HasSubstr(R"("api_key":"refused")"));
  EXPECT_THAT(log, HasSubstr(R"("event":"api_key_refused","reason":"scope")"));
  EXPECT_THAT(log, Not(HasSubstr("mqk_")));
  EXPECT_THAT(log, Not(HasSubstr(key.text.substr(4))));
}

TEST_F(ServerRoutes, LetNobodyInWithoutTheDatabase_ASVS_16_5_3) {
  server.execute_sql("ALTER TABLE api_keys RENAME TO hidden");
  EXPECT_EQ(get_code(key.text).status / 100, 5);
  server.execute_sql("ALTER TABLE hidden RENAME TO api_keys");
  EXPECT_TRUE(eventually([&] { return get_code(key.text).status == 200; }));
}

} // namespace maque::test

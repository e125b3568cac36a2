#include "api_fixture.hpp"

#include "security/access_token.hpp"
#include "security/base64url.hpp"
#include "security/key_store.hpp"

#include <atomic>
#include <stdexcept>

namespace maque::test {

nlohmann::json login_as(const std::string& name, const std::string& attempt) {
  return {{"code", "dev-" + name + "." + attempt}};
}

signed_in log_in(const test_server& server, const std::string& name) {
  static std::atomic<int> attempts{0};
  api_client client{server.port()};
  const auto reply =
      client.post("/api/login", login_as(name, "login-" + std::to_string(++attempts)));
  expect_success(reply);
  const auto data = reply.data();
  if (!data.is_object()) return {};
  return {data.at("user").at("id"), data.at("access_token"), data.at("refresh_token")};
}

access_claims claims_of(const std::string& access_token) {
  const auto begin = access_token.find('.') + 1;
  const auto payload = security::decode_base64url(
      std::string_view{access_token}.substr(begin, access_token.rfind('.') - begin));
  const auto said = nlohmann::json::parse(payload.value());
  const auto time = [&said](const char* name) {
    return utc_time{std::chrono::seconds{said.at(name).get<std::int64_t>()}};
  };
  return {user_id::parse(said.at("sub").get<std::string>()).value(),
          session_id::parse(said.at("sid").get<std::string>()).value(), user_role::user,
          time("iat"), time("exp")};
}

security::signing_key key_of(const test_server& server) {
  const auto& auth = server.settings().auth;
  const auto ring = security::load_key_ring(
      auth.key_file, {std::chrono::floor<std::chrono::seconds>(auth.access_ttl),
                      std::chrono::floor<std::chrono::seconds>(auth.refresh_absolute_ttl)});
  if (!ring) throw std::runtime_error{ring.error().cause};
  return ring->keys().front().key;
}

std::string sign(const test_server& server, const access_claims& claims) {
  const auto& auth = server.settings().auth;
  return security::access_token_codec{key_of(server), auth.issuer, auth.audience}.sign(claims);
}

http_reply ask_who_am_i(const test_server& server, const std::string& access_token) {
  api_client client{server.port()};
  client.use_token(access_token);
  return client.get("/api/user/info");
}

http_reply refresh(const test_server& server, const std::string& refresh_token) {
  return api_client{server.port()}.post("/api/v1/token/refresh",
                                        {{"refresh_token", refresh_token}});
}

void expect_failure(const http_reply& reply, errc expected) {
  const error_info& row = info(expected);
  EXPECT_EQ(reply.status, row.http_status) << reply.body;
  EXPECT_EQ(reply.code(), row.code) << reply.body;
  EXPECT_TRUE(reply.data().is_null()) << reply.body;
}

void expect_success(const http_reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.code(), 200) << reply.body;
}

} // namespace maque::test

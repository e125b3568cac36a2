#include "api_fixture.hpp"
#include "support/contract.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

namespace maque::test {

namespace {

struct operation {
  std::string method;
  std::string target;
};

void PrintTo(const operation& shown, std::ostream* out) {
  *out << shown.method << ' ' << shown.target;
}

constexpr std::uint32_t body_cap = 4096;

/// Signed in as an operator, who may call all of them.
signed_in log_in_as_operator(const test_server& server) {
  signed_in who = log_in(server, "alice");
  auto claims = claims_of(who.access_token);
  claims.role = user_role::admin_operator;
  who.access_token = sign(server, claims);
  return who;
}

/// Each operation that takes a body, called by somebody who has signed in.
class Body : public testing::TestWithParam<operation> {
protected:
  http_reply send(const header_list& headers, const std::string& body) {
    client.use_token(alice.access_token);
    return client.send(GetParam().method, GetParam().target, headers, body);
  }

  http_reply send_raw(std::string_view more_headers, std::string_view body) const {
    raw_client raw{server.port()};
    const auto& [method, target] = GetParam();
    const std::string headers =
        fmt::format("Authorization: Bearer {}\r\nContent-Type: application/json\r\n{}",
                    alice.access_token, more_headers);
    const auto reply =
        raw.exchange(method, target, request_bytes(method, target, headers).append(body));
    if (reply.header("Connection") == "close") {
      EXPECT_TRUE(raw.is_closed_by_server());
    }
    return reply;
  }

  test_server server{[](config::settings& settings) { settings.http.max_body_bytes = body_cap; }};
  signed_in alice = log_in_as_operator(server);
  api_client client{server.port()};
};

INSTANTIATE_TEST_SUITE_P(
    Operations, Body,
    testing::Values(operation{"POST", "/api/login"}, operation{"POST", "/api/v1/token/refresh"},
                    operation{"POST", "/api/v1/login"}, operation{"POST", "/api/v1/register"},
                    operation{"POST", "/api/v1/logout"}, operation{"PUT", "/api/v1/user/password"},
                    operation{"PUT", "/api/v1/user/credentials"},
                    operation{"POST", "/api/v1/user/wechat"},
                    operation{"POST", "/api/v1/wechat/decrypt"},
                    operation{"POST", "/api/v1/wechat/check-signature"},
                    operation{"POST", "/api/v1/wechat/phone"},
                    operation{"POST", "/api/v1/server/wechat/subscribe-messages"},
                    operation{"POST", "/api/v1/server/wechat/text-checks"},
                    operation{"POST", "/api/v1/server/wechat/code-images"},
                    operation{"POST", "/api/v1/server/wechat/schemes"},
                    operation{"POST", "/api/v1/server/wechat/url-links"},
                    operation{"PATCH", "/api/user/info"}, operation{"POST", "/api/user/info"}));

} // namespace

TEST_P(Body, HasToBeJson) {
  expect_failure(send({api_client::json_body}, "not json"), errc::invalid_json);
}

TEST_P(Body, MustNotHaveAFieldThatNobodyKnows) {
  expect_failure(send({api_client::json_body}, R"({"surprise":"x"})"), errc::invalid_field);
}

// ASVS 4.1.1: content type.
TEST_P(Body, HasToBeDeclaredAsJson_ASVS_4_1_1) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                           "application/json-patch+json", "json", "",
                           "application/json; charset=gbk", "application/json; x=y"})
    expect_failure(send({{"Content-Type", type}}, "{}"), errc::unsupported_media_type);
}

TEST_P(Body, MustNotBeCompressed) {
  expect_failure(send({api_client::json_body, {"Content-Encoding", "gzip"}}, "{}"),
                 errc::unsupported_media_type);
  expect_failure(send({api_client::json_body, {"Content-Encoding", "identity"}}, "{"),
                 errc::invalid_json);
}

TEST_P(Body, MayBeDeclaredInAnyCaseAndWithACharset) {
  for (const char* type :
       {"application/json; charset=utf-8", "Application/JSON", "application/json ",
        "application/json;charset=\"UTF-8\"", "application/json;"})
    expect_failure(send({{"Content-Type", type}}, R"({"surprise":"x"})"), errc::invalid_field);
}

TEST_P(Body, IsRefusedByItsLengthBeforeItIsSent) {
  expect_failure(send_raw(fmt::format("Content-Length: {}\r\n", body_cap + 1), ""),
                 errc::body_too_large);
  expect_failure(send_raw("Content-Length: 99999999999\r\n", ""), errc::body_too_large);
}

TEST_P(Body, IsRefusedInChunksAsSoonAsItIsTooLarge) {
  const std::string chunk = fmt::format("400\r\n{}\r\n", std::string(0x400, ' '));
  std::string body;
  for (std::uint32_t sent = 0; sent <= body_cap; sent += 0x400)
    body += chunk;
  expect_failure(send_raw("Transfer-Encoding: chunked\r\n", body), errc::body_too_large);
}

TEST_P(Body, MayComeInChunks) {
  const auto reply = send_raw("Transfer-Encoding: chunked\r\n",
                              "8\r\n{\"surpri\r\n8;x=y\r\nse\":\"x\"}\r\n0\r\n\r\n");
  expect_failure(reply, errc::invalid_field);
}

TEST_P(Body, MayFillTheCap) {
  expect_failure(send({api_client::json_body}, std::string(body_cap, ' ')), errc::invalid_json);
}

TEST_P(Body, HurtsNobodyElseWhenItIsBad) {
  send({api_client::json_body}, std::string(body_cap + 1, '['));
  expect_success(ask_who_am_i(server, alice.access_token));
}

} // namespace maque::test

#pragma once

#include "account_fixture.hpp"
#include "db/store.hpp"
#include "support/api_client.hpp"
#include "support/test_server.hpp"

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <string>

namespace maque::test {

/// A client of the operator's listener, for the use of one thread. Sends nothing of itself: no
/// cookie, no token, unless a test says so.
class operator_client {
public:
  explicit operator_client(const test_server& server) : operator_client{server.operator_port()} {}
  explicit operator_client(std::uint16_t port) : client_{"127.0.0.1", port} {
    client_.set_keep_alive(true);
    client_.set_read_timeout(std::chrono::seconds{15});
  }

  /// Sent with each request from now on.
  std::string cookie;
  std::string csrf_token;
  std::string bearer;

  http_reply send(const std::string& method, const std::string& target,
                  const header_list& headers = {}, const std::string& body = {}) {
    header_list all = headers;
    if (!body.empty()) all.push_back(api_client::json_body);
    if (!cookie.empty()) all.emplace_back("Cookie", cookie);
    if (!csrf_token.empty()) all.emplace_back("X-CSRF-Token", csrf_token);
    if (!bearer.empty()) all.emplace_back("Authorization", "Bearer " + bearer);
    return exchange(client_, method, target, all, body);
  }
  http_reply get(const std::string& target, const header_list& headers = {}) {
    return send("GET", target, headers);
  }
  http_reply post(const std::string& target, const nlohmann::json& body = nlohmann::json::object(),
                  const header_list& headers = {}) {
    return send("POST", target, headers, body.dump());
  }

  /// Signs in as a browser does, and keeps what it gets.
  http_reply sign_in(const nlohmann::json& proof) {
    const http_reply reply = post("/admin/sign-in", proof);
    if (reply.status != 200) return reply;
    const std::string given = reply.header("Set-Cookie").value_or("");
    cookie = given.substr(0, given.find(';'));
    csrf_token = reply.data().at("csrf_token");
    return reply;
  }
  http_reply sign_in() { return sign_in({{"token", test_server::operator_token}}); }

private:
  httplib::Client client_;
};

/// Makes an operator with a username and good_password.
inline std::string make_operator(test_server& server, const std::string& name) {
  const auto made = signed_in_by(sign_up(server, name));
  server.execute_sql("UPDATE users SET role = 'operator' WHERE id = " + made.user_id);
  return made.user_id;
}

} // namespace maque::test

#pragma once

#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {

inline const std::string good_password = "correct horse battery";

/// A server on which anybody may register.
inline void open_registration(config::settings& settings) {
  settings.accounts.registration = config::registration_mode::open;
}

/// What a login, or a registration, with a username and a password is answered with; over a
/// connection of its own.
inline http_reply log_in_with(const test_server& server, const std::string& name,
                              const std::string& password, const std::string& device_token = {}) {
  nlohmann::json body{{"username", name}, {"password", password}};
  if (!device_token.empty()) body["device_token"] = device_token;
  return api_client{server.port()}.post("/api/v1/login", body);
}

inline http_reply sign_up(const test_server& server, const std::string& name,
                          const std::string& password = good_password) {
  return api_client{server.port()}.post("/api/v1/register",
                                        {{"username", name}, {"password", password}});
}

inline signed_in signed_in_by(const http_reply& reply) {
  expect_success(reply);
  const auto data = reply.data();
  if (!data.is_object()) return {};
  return {data.at("user").at("id"), data.at("access_token"), data.at("refresh_token")};
}

inline std::string device_token_of(const http_reply& reply) {
  const auto data = reply.data();
  return data.is_object() ? data.value("device_token", std::string{}) : std::string{};
}

/// The replies to so many requests that are made at once, each over a connection that is open
/// already.
template <class Ask>
std::vector<http_reply> all_at_once(const test_server& server, int count, Ask ask) {
  std::vector<http_reply> replies(static_cast<std::size_t>(count));
  std::latch all_there{count};
  std::vector<std::thread> threads;
  for (http_reply& reply : replies)
    threads.emplace_back([&] {
      api_client client{server.port()};
      client.get("/ping");
      all_there.arrive_and_wait();
      reply = ask(client);
    });
  for (std::thread& thread : threads)
    thread.join();
  return replies;
}

} // namespace maque::test

#include "api_fixture.hpp"
#include "support/raw_client.hpp"
#include "version.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <fmt/format.h>
#include <future>
#include <string>

namespace maque::test {

TEST(Status, AnswersAPing) {
  const test_server server;
  const auto reply = api_client{server.port()}.get("/ping");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"message":"pong"})");
}

TEST(Status, IsAliveAndReady) {
  const test_server server;
  api_client client{server.port()};
  EXPECT_EQ(client.get("/healthz").body, R"({"status":"alive"})");
  EXPECT_EQ(client.get("/readyz").json(),
            nlohmann::json::parse(
                R"({"status":"ready","checks":{"database":"ok","wechat":"simulator"}})"));
}

TEST(Status, TellsTheVersion) {
  const test_server server;
  const auto reply = api_client{server.port()}.get("/api/version");
  expect_success(reply);
  EXPECT_EQ(reply.data(), nlohmann::json::parse(version_json()));
}

TEST(Status, IsNotReadyWhileTheServerStops) {
  test_server server;
  const std::string question = request_bytes("GET", "/readyz");
  // The answer that is on its way when the server begins to stop is still a yes, and the last one
  // of its connection; then the next connection asks.
  std::deque<raw_client> clients;
  for (int count = 0; count < 5; ++count)
    ASSERT_EQ(clients.emplace_back(server.port()).exchange("GET", "/readyz", question).status, 200);

  // The actor system has to end in the thread that made it, so it is the client that gets another.
  http_reply last;
  auto refused = std::async(std::launch::async, [&] {
    return eventually([&] {
      last = clients.front().exchange("GET", "/readyz", question);
      if (last.status == 200 && last.header("Connection") == "close") clients.pop_front();
      return last.status != 200 || clients.empty();
    });
  });
  EXPECT_TRUE(server.stop());
  EXPECT_TRUE(refused.get());
  ASSERT_EQ(last.status, 503);
  EXPECT_EQ(last.json().at("status"), "shutting down");
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(clients.front().is_closed_by_server());
}

TEST(Shutdown, AnswersWhatItCannotFinish) {
  const silent_listener wechat;
  test_server server{[&wechat](config::settings& settings) {
    settings.wechat.mode = config::wechat_mode::live;
    settings.wechat.appid = "wx0123456789abcdef";
    settings.wechat.app_secret = secret{"0123456789abcdef0123456789abcdef"};
    settings.wechat.base_url = fmt::format("http://127.0.0.1:{}", wechat.port());
    settings.wechat.timeout = std::chrono::milliseconds{500};
  }};
  raw_client client{server.port()};
  client.send(request_with_body("POST", "/api/login", R"({"code":"any"})"));
  ASSERT_TRUE(eventually([&wechat] { return wechat.has_client(); }));

  EXPECT_FALSE(server.stop(std::chrono::milliseconds{50}));
  const auto reply = client.exchange("POST", "/api/login", "");
  expect_failure(reply, errc::shutting_down);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_NE(server.read_log().find(R"("error":"shutting_down")"), std::string::npos);
}

} // namespace maque::test

#include "api_fixture.hpp"
#include "support/raw_client.hpp"
#include "version.hpp"

#include <gtest/gtest.h>

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
  raw_client client{server.port()};
  const std::string question = request_bytes("GET", "/readyz");
  ASSERT_EQ(client.exchange("GET", "/readyz", question).status, 200);

  // The actor system has to end in the thread that made it, so it is the client that gets another.
  http_reply last;
  auto refused = std::async(std::launch::async, [&] {
    return eventually([&] {
      last = client.exchange("GET", "/readyz", question);
      return last.status != 200;
    });
  });
  EXPECT_TRUE(server.stop());
  EXPECT_TRUE(refused.get());
  EXPECT_EQ(last.status, 503);
  EXPECT_EQ(last.json().at("status"), "shutting down");
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

} // namespace maque::test

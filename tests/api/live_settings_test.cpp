#include "api_fixture.hpp"

#include <gmock/gmock.h>
#include <httplib.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {

namespace {

class LiveSettings : public testing::Test {
protected:
  http_reply register_somebody() {
    return client.post("/api/v1/register",
                       {{"username", "somebody-" + std::to_string(++registered)},
                        {"password", "a long passphrase " + std::to_string(registered)}});
  }

  /// Waits until whoever registers is refused, or isn't.
  bool registration_becomes(int status) {
    return eventually([this, status] { return register_somebody().status == status; });
  }

  bool is_logged(const std::string& text) {
    return eventually([&] { return server.read_log().find(text) != std::string::npos; });
  }

  test_server server;
  // On one of the lanes; the other one is told by the same call.
  api_client client{server.port()};
  int registered = 0;
};

} // namespace

TEST_F(LiveSettings, AreInForceAsLongAsTheyArePublished) {
  EXPECT_EQ(register_somebody().status, 403);
  server.publish("settings.accounts.registration", R"("open")");
  EXPECT_TRUE(registration_becomes(200));
  EXPECT_TRUE(is_logged(
      R"("message":"a setting was changed","setting":"accounts.registration","from":"closed","to":"open")"));
  server.publish("settings.accounts.registration", std::nullopt);
  EXPECT_TRUE(registration_becomes(403));
}

TEST_F(LiveSettings, AreNoBusinessOfClients) {
  server.publish("settings.accounts.registration", R"("open")");
  EXPECT_TRUE(registration_becomes(200));
  EXPECT_EQ(client.get("/api/config").data().at("values"), nlohmann::json::object());
  expect_failure(client.get("/api/config/settings.accounts.registration"),
                 errc::config_key_not_found);
}

TEST_F(LiveSettings, ThatDoNotFitAreLoggedAndLeftOut) {
  server.publish("settings.log.level", R"("loud")");
  server.publish("settings.http.port", "1");
  server.publish("settings.accounts.registration", R"("open")");
  EXPECT_TRUE(registration_becomes(200));
  EXPECT_TRUE(is_logged(R"("key":"settings.log.level","cause":"log.level must be one of)"));
  EXPECT_TRUE(is_logged(R"("cause":"http.port can only be changed by a restart")"));
}

TEST_F(LiveSettings, ChangeTheAnswersOfTheFrontInEveryLane) {
  server.publish("settings.http.cors", R"("any")");
  for (int count = 0; count < 10; ++count) {
    api_client other{server.port()};
    EXPECT_TRUE(eventually([&] {
      return other.get("/ping", {{"Origin", "https://a.example"}})
          .has("Access-Control-Allow-Origin");
    }));
  }
  // Not of the operator's, whatever is published.
  const auto metrics = httplib::Client{"127.0.0.1", server.operator_port()}.Get(
      "/metrics", {{"Origin", "https://a.example"}});
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 403);
  EXPECT_FALSE(metrics->has_header("Access-Control-Allow-Origin"));
}

TEST_F(LiveSettings, ChangeWhatIsLogged) {
  client.get("/ping");
  EXPECT_TRUE(is_logged(R"("path":"/ping")"));
  server.publish("settings.log.level", R"("error")");
  EXPECT_TRUE(is_logged(R"("setting":"log.level","from":"info","to":"error")"));
  // When this is in force, so is the other.
  server.publish("settings.accounts.registration", R"("open")");
  EXPECT_TRUE(registration_becomes(200));
  client.get("/api/config");
  server.publish("settings.log.level", std::nullopt);
  // From then on it is written again, and what came meanwhile was not.
  EXPECT_TRUE(eventually([&] {
    client.get("/api/version");
    return server.read_log().find(R"("path":"/api/version")") != std::string::npos;
  }));
  EXPECT_THAT(server.read_log(), testing::Not(testing::HasSubstr(R"("path":"/api/config")")));
}

TEST_F(LiveSettings, GoOverWhatAFileSaysThatIsReadAgain) {
  config::settings read = server.settings();
  read.accounts.registration = config::registration_mode::open;
  read.http.port = 1;
  server.reload(read);
  EXPECT_TRUE(registration_becomes(200));
  EXPECT_TRUE(is_logged(
      R"("message":"this setting was changed, which needs a restart","setting":"http.port")"));
  server.publish("settings.accounts.registration", R"("closed")");
  EXPECT_TRUE(registration_becomes(403));
  server.reload(read);
  EXPECT_EQ(register_somebody().status, 403);
  server.publish("settings.accounts.registration", std::nullopt);
  EXPECT_TRUE(registration_becomes(200));
}

/// The short form of tools/bench/publishes.
TEST(ManyPublishes, AreServedWithoutAFailureAndNeverGoBack) {
  constexpr std::uint64_t publishes = 200;
  const test_server server;
  std::atomic<bool> done{false};
  std::atomic<int> broken{0};
  std::vector<std::thread> readers;
  for (int count = 0; count < 6; ++count)
    readers.emplace_back([&] {
      // One connection is one lane.
      api_client client{server.port()};
      for (std::uint64_t last = 0; last < publishes && broken == 0;) {
        const auto reply = client.get("/api/config");
        const std::uint64_t version =
            reply.status == 200 ? reply.data().at("version").get<std::uint64_t>() : 0;
        if (version < last || (reply.status != 200) || (done && version == 0)) ++broken;
        last = version;
      }
    });
  const auto database = server.open_database();
  for (std::uint64_t number = 1; number <= publishes; ++number) {
    const std::vector<write_request> change{
        set_config_value{"key", std::to_string(number), system_time_source{}.now()}};
    if (!database->apply(change).front()) ++broken;
  }
  done = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(broken, 0);
}

} // namespace maque::test

#include "maque_program.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace maque::test {
namespace {

using namespace std::chrono_literals;

/// What one client saw.
struct observed {
  std::size_t answered = 0;
  std::vector<std::string> complaints;
};

/// Asks without a pause on one connection, until the server says that it closes it. A client that
/// asks without a pause is told so before the server closes (RFC 9112, section 9.3.1 allows an idle
/// connection to be closed at any time): so each request has to be answered, completely.
observed ask_until_closed(std::uint16_t port, const login& who, std::atomic<std::size_t>& total) {
  observed seen;
  client_connection connection{port};
  for (std::size_t number = 0;; ++number) {
    const std::string nickname = "n" + std::to_string(number);
    const std::vector<request> kinds{
        {"GET", "/ping", {}, {}},
        {"GET", "/api/user/info", who.access_token, {}},
        {"PATCH", "/api/user/info", who.access_token, R"({"nickname":")" + nickname + "\"}"}};
    const request& asked = kinds[number % kinds.size()];
    if (!connection.send(serialise(asked))) {
      seen.complaints.push_back("closed while a request was sent");
      return seen;
    }
    const auto answer = connection.receive();
    if (!answer) {
      seen.complaints.push_back("no complete answer to " + asked.method + " " + asked.path);
      return seen;
    }
    ++seen.answered;
    ++total;
    if (answer->status != 200) seen.complaints.push_back(answer->body);
    if (asked.method == "PATCH" && answer->json().at("data").at("nickname") != nickname)
      seen.complaints.push_back("another answer than the request's: " + answer->body);
    if (!answer->closes()) continue;
    if (!connection.is_closed_by_server()) seen.complaints.push_back("more after the last answer");
    return seen;
  }
}

TEST(Shutdown, LosesNoRequestThatCameUnderLoad) {
  constexpr std::size_t clients = 12;
  const temporary_folder folder;
  running_maque server{folder.path(), {"--log.access_sample=0"}};
  std::vector<login> logins;
  for (std::size_t client = 0; client < clients; ++client)
    logins.push_back(log_in(server.port(), "dev-client" + std::to_string(client)));

  std::atomic<std::size_t> total = 0;
  std::vector<observed> seen(clients);
  {
    std::vector<std::jthread> threads;
    for (std::size_t client = 0; client < clients; ++client)
      threads.emplace_back(
          [&, client] { seen[client] = ask_until_closed(server.port(), logins[client], total); });
    await([&] { return total >= 50 * clients; }, "the clients are not served");
    server.program().send(SIGTERM);
  }
  EXPECT_EQ(server.program().wait().code, 0);
  for (const observed& one : seen) {
    EXPECT_EQ(one.complaints, std::vector<std::string>{});
    EXPECT_GT(one.answered, 0U);
  }
  EXPECT_NE(server.program().standard_output().find(R"("message":"stopped","complete":true)"),
            std::string::npos);
}

TEST(Shutdown, EndsAtOnceWithoutConnections) {
  const temporary_folder folder;
  running_maque server{folder.path()};
  EXPECT_EQ(server.stop(), 0);
}

constexpr std::string_view half_a_request =
    "POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: 20\r\n\r\n{\"code\":";

/// A server that is told to stop, and a client who has sent half of a request.
class ShutdownWithARequestHeldOpen : public testing::Test {
protected:
  void begin_shutdown(const std::string& grace, int signal) {
    server.emplace(folder.path(), std::vector<std::string>{"--server.shutdown_grace=" + grace});
    client.emplace(server->port());
    // Answered, so the connection was accepted; what follows it is a request under way.
    ASSERT_TRUE(client->send(serialise({"GET", "/ping", {}, {}})));
    ASSERT_TRUE(client->receive());
    ASSERT_TRUE(client->send(half_a_request));
    server->program().send(signal);
    server->program().await_output(R"("message":"stopping")");
  }

  temporary_folder folder;
  std::optional<running_maque> server;
  std::optional<client_connection> client;
};

TEST_F(ShutdownWithARequestHeldOpen, StillServesTheRestOfTheRequest) {
  begin_shutdown("20s", SIGTERM);
  ASSERT_TRUE(client->send("\"dev-alice\"}"));
  const auto answer = client->receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->closes());
  EXPECT_EQ(server->program().wait().code, 0);
}

TEST_F(ShutdownWithARequestHeldOpen, CutsItWhenTheGraceIsOver) {
  begin_shutdown("200ms", SIGINT);
  EXPECT_EQ(server->program().wait().code, 0);
  EXPECT_TRUE(client->is_closed_by_server());
  EXPECT_NE(server->program().standard_output().find(R"("complete":false)"), std::string::npos);
}

class ShutdownBySignal : public ShutdownWithARequestHeldOpen,
                         public testing::WithParamInterface<int> {};

TEST_P(ShutdownBySignal, EndsAtOnceAtTheSecondOne) {
  begin_shutdown("1h", SIGTERM);
  server->program().send(GetParam());
  EXPECT_EQ(server->program().wait(5s).code, 128 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Signals, ShutdownBySignal, testing::Values(SIGTERM, SIGINT));

} // namespace
} // namespace maque::test

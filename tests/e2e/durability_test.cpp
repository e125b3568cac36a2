#include "maque_program.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace maque::test {
namespace {

using namespace std::chrono_literals;

/// What a client that changes its nickname all the time knows when the server is gone.
struct renamer {
  login who;
  std::size_t acknowledged = 0; ///< The newest nickname that was.
  std::size_t sent = 0;         ///< The newest nickname that was sent.
};

std::string patch_with(std::size_t number) {
  return R"({"nickname":")" + std::to_string(number) + "\"}";
}

void rename_until_gone(std::uint16_t port, renamer& mine, std::atomic<std::size_t>& writes) {
  client_connection connection{port};
  for (;;) {
    ++mine.sent;
    const request change{"PATCH", "/api/user/info", mine.who.access_token, patch_with(mine.sent)};
    if (!connection.send(serialise(change))) return;
    const auto answer = connection.receive();
    if (!answer) return;
    ASSERT_EQ(answer->status, 200) << answer->body;
    mine.acknowledged = mine.sent;
    ++writes;
  }
}

/// Logs a new user in again and again; returns what was acknowledged, by code.
std::map<std::string, login> log_in_until_gone(std::uint16_t port, const std::string& prefix,
                                               std::atomic<std::size_t>& writes) {
  std::map<std::string, login> acknowledged;
  client_connection connection{port};
  for (std::size_t number = 0;; ++number) {
    const std::string code = prefix + std::to_string(number);
    if (!connection.send(serialise(login_request(code)))) return acknowledged;
    const auto answer = connection.receive();
    if (!answer) return acknowledged;
    acknowledged.emplace(code, read_login(*answer));
    ++writes;
  }
}

TEST(Durability, AKilledServerHasLostNoAcknowledgedWrite) {
  constexpr std::size_t renamers = 8;
  constexpr std::size_t newcomers = 4;
  constexpr auto load_time = 3s;
  constexpr double writes_a_second = 200;

  const temporary_folder folder;
  std::vector<renamer> renamed(renamers);
  std::vector<std::map<std::string, login>> logged_in(newcomers);
  {
    running_maque server{folder.path(), {"--log.access_sample=0"}};
    for (std::size_t index = 0; index < renamers; ++index)
      renamed[index].who = log_in(server.port(), "dev-renamer" + std::to_string(index));

    std::atomic<std::size_t> writes = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::jthread> clients;
    for (renamer& mine : renamed)
      clients.emplace_back([&] { rename_until_gone(server.port(), mine, writes); });
    for (std::size_t index = 0; index < newcomers; ++index)
      clients.emplace_back([&, index] {
        const std::string prefix = "dev-new" + std::to_string(index) + "-";
        logged_in[index] = log_in_until_gone(server.port(), prefix, writes);
      });
    await([&] { return std::chrono::steady_clock::now() - begin >= load_time; }, "");
    const double rate =
        static_cast<double>(writes) / std::chrono::duration<double>(load_time).count();
    server.program().send(SIGKILL);
    EXPECT_EQ(server.program().wait().signal, SIGKILL);
    EXPECT_GE(rate, writes_a_second);
  }

  running_maque server{folder.path()};
  for (const renamer& mine : renamed) {
    const auto answer = server.ask({"GET", "/api/user/info", mine.who.access_token, {}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string nickname = answer.json().at("data").at("nickname");
    EXPECT_GT(mine.acknowledged, 0U);
    EXPECT_GE(std::stoul(nickname), mine.acknowledged);
    EXPECT_LE(std::stoul(nickname), mine.sent);
  }
  client_connection connection{server.port()};
  for (const auto& known : logged_in) {
    EXPECT_FALSE(known.empty());
    for (const auto& [code, before] : known) {
      // The user is the same one, and the session that was opened is there, too.
      ASSERT_TRUE(connection.send(serialise(login_request(code + ".again"))));
      const auto again = connection.receive();
      ASSERT_TRUE(again);
      ASSERT_EQ(read_login(*again).user_id, before.user_id) << code;
      EXPECT_FALSE(again->json().at("data").at("is_new_user")) << code;
    }
  }
  const login& last = logged_in.front().rbegin()->second;
  const auto refreshed = server.ask({"POST",
                                     "/api/v1/token/refresh",
                                     {},
                                     nlohmann::json{{"refresh_token", last.refresh_token}}.dump()});
  EXPECT_EQ(refreshed.status, 200) << refreshed.body;
}

} // namespace
} // namespace maque::test

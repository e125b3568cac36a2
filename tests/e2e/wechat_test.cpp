#include "maque_program.hpp"

#include <gtest/gtest.h>

namespace maque::test {
namespace {

using namespace std::chrono_literals;

TEST(LiveWeChat, LogsInOverTheSocketFailsPromptlyWithoutItAndWorksWhenItIsBack) {
  const temporary_folder folder;
  std::optional<running_simulator> simulator{std::in_place};
  const std::uint16_t port = simulator->port();
  const running_maque server{folder.path(),
                             {"--wechat.mode=live", "--wechat.appid=wx123",
                              "--wechat.base_url=http://127.0.0.1:" + std::to_string(port)},
                             {{"MAQUE_WECHAT_APP_SECRET", "the-secret-of-the-app"}}};
  const login first = log_in(server.port(), "dev-alice.1");
  const auto used = server.ask(login_request("dev-alice.1"));
  EXPECT_EQ(used.json().at("code"), 40003);

  simulator->stop();
  const auto begin = std::chrono::steady_clock::now();
  // Several, so that none of the connections that were kept can do better than another.
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto refused = server.ask(login_request("dev-alice.2"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.json().at("code"), 50303);
  }
  EXPECT_EQ(server.ask({"GET", "/readyz", {}, {}}).json().at("checks").at("wechat"), "unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(server.ask({"GET", "/api/user/info", first.access_token, {}}).status, 200);

  simulator.emplace(port);
  // When the breaker lets one through again.
  await([&] { return server.ask(login_request("dev-alice.2")).status == 200; },
        "nobody can log in again");
  EXPECT_EQ(log_in(server.port(), "dev-alice.3").user_id, first.user_id);
}

} // namespace
} // namespace maque::test

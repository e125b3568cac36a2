#include "fakes.hpp"
#include "wechat/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

/// A running wechat-simulator; killed at the end if it is still there.
class program {
public:
  explicit program(std::vector<std::string> arguments) {
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) throw std::runtime_error{"no pipe"};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);

    arguments.insert(arguments.begin(), MAQUE_WECHAT_SIMULATOR);
    std::vector<char*> raw;
    for (auto& argument : arguments)
      raw.push_back(argument.data());
    raw.push_back(nullptr);
    const int failure =
        posix_spawn(&process_, MAQUE_WECHAT_SIMULATOR, &actions, nullptr, raw.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    output_ = fdopen(pipe_ends[0], "r");
    if (failure != 0) throw std::runtime_error{"the simulator can't be started"};
  }
  ~program() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      wait();
    }
    std::fclose(output_);
  }
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  /// Waits for the next line, or for the end.
  std::string read_line() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
      line += static_cast<char>(c);
    return line;
  }

  void send(int signal) const { kill(process_, signal); }

  /// The exit status, or nothing if a signal killed it.
  std::optional<int> wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    if (!WIFEXITED(status)) return std::nullopt;
    return WEXITSTATUS(status);
  }

private:
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
};

constexpr std::string_view announcement = "wechat-simulator listens on ";

class SimulatorProgram : public testing::TestWithParam<int> {};

TEST_P(SimulatorProgram, ServesLoginsUntilItsSignalComesAndEndsWithZero) {
  program simulator{{"--port", "0"}};
  const std::string line = simulator.read_line();
  ASSERT_TRUE(line.starts_with(announcement)) << line;

  {
    const auto via = wechat::make_http_transport(line.substr(announcement.size()), 20s);
    const wechat::app_credentials app{"wx1", secret{"s"}};
    const steady_time deadline = std::chrono::steady_clock::now() + 20s;
    const auto who = wechat::test::log_in(*via, app, "dev-alice", deadline);
    ASSERT_TRUE(who) << who.error().cause;
    EXPECT_EQ(who->openid.size(), 28U);
    const auto again = wechat::test::log_in(*via, app, "dev-alice", deadline);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, errc::invalid_code);
    const auto missing = via->post("/nothing", "{}", deadline);
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->status, 404);
    EXPECT_EQ(missing->content_type, "text/html");
  }

  simulator.send(GetParam());
  EXPECT_EQ(simulator.wait(), 0);
}

TEST_P(SimulatorProgram, EndsAtOnceIfTheSignalComesFirst) {
  program simulator{{"--port", "0"}};
  ASSERT_TRUE(simulator.read_line().starts_with(announcement));
  simulator.send(GetParam());
  EXPECT_EQ(simulator.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Signals, SimulatorProgram, testing::Values(SIGTERM, SIGINT));

TEST(SimulatorProgramArguments, MustNotNameAPortThatIsTaken) {
  program first{{"--port", "0"}};
  const std::string line = first.read_line();
  program second{{"--port", line.substr(line.rfind(':') + 1)}};
  EXPECT_EQ(second.wait(), 1);
}

TEST(SimulatorProgramArguments, MustBeKnown) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"--prot", "1"}, {"--latency", "fast"}, {"--port", "0", "--app", "wx1"}}) {
    program simulator{arguments};
    const auto code = simulator.wait();
    EXPECT_TRUE(code && *code != 0) << arguments[0];
  }
}

TEST(SimulatorProgramArguments, SayHowSlowItIsAndWhoMayCall) {
  program simulator{{"--port", "0", "--latency", "50ms", "--jitter", "10ms", "--app", "wx1=s"}};
  const std::string line = simulator.read_line();
  ASSERT_TRUE(line.starts_with(announcement)) << line;
  const auto via = wechat::make_http_transport(line.substr(announcement.size()), 20s);
  const auto began = std::chrono::steady_clock::now();
  const auto deadline = began + 20s;
  const std::string target = "/sns/jscode2session?grant_type=authorization_code&js_code=dev-alice";
  const auto good = via->get(target + "&appid=wx1&secret=s", deadline);
  ASSERT_TRUE(good) << good.error().cause;
  EXPECT_THAT(good->body, testing::HasSubstr("openid"));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
  const auto refused = via->get(target + "&appid=wx1&secret=x", deadline);
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->body, testing::HasSubstr("40125"));
}

TEST(SimulatorProgramControl, IsControlledOverTheSamePort) {
  program simulator{{"--port", "0"}};
  const std::string line = simulator.read_line();
  ASSERT_TRUE(line.starts_with(announcement)) << line;
  const std::string url = line.substr(announcement.size());
  const auto via = wechat::make_http_transport(url, 20s);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  const auto ordered = via->post("/simulator/errors", R"({"status":502,"calls":1})", deadline);
  ASSERT_TRUE(ordered) << ordered.error().cause;
  EXPECT_EQ(ordered->status, 200);
  EXPECT_EQ(via->get("/sns/jscode2session", deadline)->status, 502);
  EXPECT_EQ(via->get("/sns/jscode2session", deadline)->status, 200);
  const auto pushed =
      via->post("/simulator/push", R"({"url":")" + url + R"(/no","message":{}})", deadline);
  ASSERT_TRUE(pushed) << pushed.error().cause;
  EXPECT_THAT(pushed->body, testing::HasSubstr(R"({"delivered":false,"attempts":[{"status":404)"));
}

} // namespace
} // namespace maque::wechat_simulator

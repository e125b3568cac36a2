#include "maque_program.hpp"
#include "support/patience.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <memory>

namespace maque::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A server with a settings file, which is read again at SIGHUP.
class Reload : public testing::Test {
protected:
  Reload() { write("[accounts]\nregistration = \"closed\"\n"); }

  void write(const std::string& text) const {
    std::ofstream{folder.path() / "maque.toml"} << "[log]\nfile = \"maque.log\"\n" << text;
  }

  void await_log(const std::string& text) const {
    await([&] { return read_file(log_file).find(text) != std::string::npos; },
          "the log does not have: " + text);
  }

  /// Sends the signal, and waits until it was handled in this way.
  void reload(const std::string& logged) {
    server->program().send(SIGHUP);
    await_log(logged);
  }

  int register_somebody(const std::string& name) const {
    const nlohmann::json body{{"username", name}, {"password", "correct horse battery"}};
    return server->ask({"POST", "/api/v1/register", {}, body.dump()}).status;
  }

  void start() { server = std::make_unique<running_maque>(folder.path()); }

  temporary_folder folder;
  fs::path log_file = folder.path() / "maque.log";
  std::unique_ptr<running_maque> server;
};

TEST_F(Reload, ChangesWhatCanChangeLiveAndNamesWhatNeedsARestart) {
  start();
  EXPECT_EQ(register_somebody("alice"), 403);
  write("[accounts]\nregistration = \"open\"\n[cache]\nusers = 5\n[http]\nidle_timeout = \"9s\"\n");
  reload("the settings were read again");
  EXPECT_TRUE(eventually([this] { return register_somebody("alice") == 200; }));
  const std::string logged = read_file(log_file);
  EXPECT_THAT(logged, HasSubstr(R"("message":"a setting was changed","setting":"accounts.)"));
  EXPECT_THAT(logged, HasSubstr(R"("setting":"http.idle_timeout")"));
  EXPECT_THAT(logged, HasSubstr(R"("setting":"cache.users")"));
  EXPECT_EQ(server->stop(), 0);
}

TEST_F(Reload, ChangesNothingIfTheFileIsWrong) {
  start();
  write("[accounts]\nregistration = \"open\"\n[http]\ncosr = \"x\"\n");
  reload("the settings can't be used, nothing is changed");
  write("[accounts]\nregistration = \"open\"\n[http]\ncors = \"some\"\n");
  reload("http.cors must be one of");
  EXPECT_EQ(register_somebody("alice"), 403);
  EXPECT_EQ(server->stop(), 0);
}

TEST_F(Reload, LeavesFlagsOverTheFile) {
  server = std::make_unique<running_maque>(
      folder.path(), std::vector<std::string>{"--accounts.registration=closed"});
  write("[accounts]\nregistration = \"open\"\n");
  reload("the settings were read again");
  EXPECT_EQ(register_somebody("alice"), 403);
  EXPECT_EQ(server->stop(), 0);
}

TEST_F(Reload, BeginsANewLogFileWhereTheOldOneWasMovedAway) {
  start();
  await_log("\"message\":\"started\"");
  fs::rename(log_file, folder.path() / "maque.log.old");
  std::ofstream{log_file};
  reload("the settings were read again");
  EXPECT_EQ(server->stop(), 0);
  EXPECT_THAT(read_file(log_file), HasSubstr("\"message\":\"stopped\""));
}

} // namespace
} // namespace maque::test

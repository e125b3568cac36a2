#include "fake_wechat.hpp"
#include "maque_program.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace maque::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Every line of a log file. Throws if one of them is not JSON.
std::vector<json> lines_of(const fs::path& file) {
  std::istringstream text{read_file(file)};
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(json::parse(line));
  return lines;
}

/// The lines of the access log.
std::vector<json> requests_in(const fs::path& file) {
  auto lines = lines_of(file);
  std::erase_if(lines, [](const json& line) { return line.at("message") != "request"; });
  return lines;
}

class LogFile : public testing::Test {
protected:
  temporary_folder folder;
  fs::path file = folder.path() / "logs" / "maque.log";
  std::string log_file = "--log.file=" + file.string();
};

TEST_F(LogFile, HasOneLineOfJsonForEachRequestWithItsTraceId) {
  // One lane: each of them hands its lines over by itself.
  running_maque server{folder.path(), {log_file, "--server.lanes=1"}};
  const auto ping = server.ask({"GET", "/ping", {}, {}});
  const auto missing = server.ask({"GET", "/no\"such\\path", {}, {}});
  EXPECT_EQ(server.stop(), 0);
  EXPECT_EQ(server.program().standard_output(), "");

  for (const json& line : lines_of(file)) {
    EXPECT_THAT(line.at("timestamp").get<std::string>(),
                testing::ContainsRegex("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z$"));
    EXPECT_TRUE(line.contains("level"));
  }
  const auto requests = requests_in(file);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].at("trace_id"), ping.fields.at("x-trace-id"));
  EXPECT_EQ(requests[0].at("path"), "/ping");
  EXPECT_EQ(requests[0].at("status"), 200);
  EXPECT_EQ(requests[1].at("trace_id"), missing.fields.at("x-trace-id"));
  EXPECT_EQ(requests[1].at("status"), missing.status);
}

TEST_F(LogFile, HasOnlyLoginsAndFailedRequestsWhenNoneIsSampled) {
  running_maque server{folder.path(), {log_file, "--log.access_sample=0", "--log.slow_request=1h"}};
  const login alice = log_in(server.port(), "dev-alice");
  for (int count = 0; count < 10; ++count) {
    server.ask({"GET", "/api/user/info", alice.access_token, {}});
    server.ask({"GET", "/api/user/info", {}, {}});
  }
  EXPECT_EQ(server.stop(), 0);
  const auto requests = requests_in(file);
  EXPECT_EQ(requests.size(), 11U);
  // The lanes hand their lines over each for itself.
  std::size_t logins = 0;
  for (const json& request : requests) {
    if (request.at("route") != "/api/login") {
      EXPECT_EQ(request.at("status"), 401);
      continue;
    }
    ++logins;
    EXPECT_EQ(request.at("user_id"), alice.user_id);
    EXPECT_NE(request.at("session_id"), "");
  }
  EXPECT_EQ(logins, 1U);
}

TEST_F(LogFile, HasFailedRequestsAtTheLevelOfWarnings) {
  running_maque server{folder.path(), {log_file, "--log.level=warn"}};
  server.ask({"GET", "/ping", {}, {}});
  server.ask({"GET", "/no/such/path", {}, {}});
  EXPECT_EQ(server.stop(), 0);
  const auto requests = requests_in(file);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].at("status"), 404);
  EXPECT_EQ(requests[0].at("level"), "warn");
}

TEST_F(LogFile, IsRotatedWithoutLosingOrCuttingALine) {
  constexpr std::size_t requests = 9'000;
  constexpr std::size_t at_a_time = 100;
  running_maque server{folder.path(), {log_file, "--log.rotate_mb=1", "--log.rotate_files=9"}};
  client_connection connection{server.port()};
  std::string pipeline;
  for (std::size_t count = 0; count < at_a_time; ++count)
    pipeline += serialise({"GET", "/ping", {}, {}});
  for (std::size_t count = 0; count < requests; count += at_a_time) {
    ASSERT_TRUE(connection.send(pipeline));
    for (std::size_t answer = 0; answer < at_a_time; ++answer)
      ASSERT_TRUE(connection.receive());
  }
  EXPECT_EQ(server.stop(), 0);

  std::size_t files = 0;
  std::size_t lines = 0;
  for (const auto& entry : fs::directory_iterator{file.parent_path()}) {
    EXPECT_LE(entry.file_size(), 1024U * 1024U) << entry.path();
    lines += requests_in(entry.path()).size();
    ++files;
  }
  EXPECT_GE(files, 3U);
  EXPECT_EQ(lines, requests);
}

request refresh_request(const std::string& token) {
  return {"POST", "/api/v1/token/refresh", {}, json{{"refresh_token", token}}.dump()};
}

// OWASP ASVS 5.0, 16.2.5
TEST_F(LogFile, NeverHoldsASecret_ASVS_16_2_5) {
  const std::string session_key = "tiihtNczf5v6AKRyjwEUhQ==";
  const std::string app_secret = "the-secret-of-the-app";
  const fake_wechat wechat{session_key};
  running_maque server{
      folder.path(),
      {log_file, "--log.level=trace", "--wechat.appid=wx123", "--wechat.base_url=" + wechat.url()},
      {{"MAQUE_WECHAT_APP_SECRET", app_secret}}};
  const login alice = log_in(server.port(), "code-that-works");
  EXPECT_NE(server.ask(login_request("refused-code")).status, 200);
  EXPECT_NE(server.ask(login_request("broken-code")).status, 200);
  EXPECT_EQ(server.ask({"GET", "/api/user/info", alice.access_token, {}}).status, 200);
  EXPECT_EQ(server.ask({"GET", "/api/user/info", alice.access_token + "x", {}}).status, 401);

  const auto refreshed = server.ask(refresh_request(alice.refresh_token));
  ASSERT_EQ(refreshed.status, 200);
  const std::string second = refreshed.json().at("data").at("refresh_token");
  ASSERT_EQ(server.ask(refresh_request(second)).status, 200);
  EXPECT_EQ(server.ask(refresh_request(alice.refresh_token)).status, 401); // reused: ends it
  EXPECT_EQ(server.ask(refresh_request("no-" + second)).status, 401);
  EXPECT_EQ(server.ask({"GET", "/api/user/info", alice.access_token, {}}).status, 401);
  EXPECT_EQ(server.stop(), 0);

  const std::string everything =
      read_file(file) + server.program().standard_error() + server.program().standard_output();
  EXPECT_GE(requests_in(file).size(), 10U);
  EXPECT_THAT(everything, HasSubstr("reuse_detected"));
  const std::string access_token = refreshed.json().at("data").at("access_token");
  const std::string key = read_file(folder.path() / "data" / "signing.key").substr(0, 43);
  for (const std::string& secret :
       {session_key, app_secret, alice.access_token, alice.refresh_token, access_token, second, key,
        std::string{"code-that-works"}, std::string{"refused-code"}, std::string{"broken-code"}})
    EXPECT_THAT(everything, Not(HasSubstr(secret)));
}

} // namespace
} // namespace maque::test

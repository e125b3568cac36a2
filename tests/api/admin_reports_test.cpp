#include "actors/push_service.hpp"
#include "push_fixture.hpp"
#include "support/json_schema.hpp"
#include "support/yaml_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace maque::test {

namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Handles pushes, until the first one that it throws at.
class clumsy_state {
public:
  static constexpr const char* name = "clumsy";

  explicit clumsy_state(actor_of<push_handler_actor>) {}

  push_handler_actor::behavior_type make_behavior() {
    return {[](const request_context&, const shared_push& pushed) -> caf::result<push_handled> {
      const std::string_view order = pushed->content.text_of("Content");
      if (order == "throw") throw std::logic_error{"the clumsy one has dropped it"};
      return push_handled{};
    }};
  }
};

std::shared_ptr<const push_handler_plans> clumsy() {
  push_handler_plan plan{"clumsy", {"text"}, [](auto& system, auto& meter) {
                           return spawn_coordinator<push_handler_actor, clumsy_state>(system,
                                                                                      meter);
                         }};
  return std::make_shared<const push_handler_plans>(push_handler_plans{{std::move(plan)}});
}

class Reports : public testing::Test {
protected:
  Reports() { operators_.set_read_timeout(patience); }

  httplib::Result ask(const std::string& path, const std::string& accept = "*/*") {
    return operators_.Get(path,
                          {{"Authorization", "Bearer " + std::string{test_server::operator_token}},
                           {"Accept", accept}});
  }

  /// The data of a report.
  json data_of(const std::string& path) {
    const auto reply = ask(path);
    if (!reply) throw std::runtime_error{"no answer: " + path};
    EXPECT_EQ(reply->status, 200) << path << ' ' << reply->body;
    return json::parse(reply->body).at("data");
  }

  /// A number of the rows of a report, added up.
  static std::uint64_t sum(const json& rows, const char* field) {
    std::uint64_t all = 0;
    for (const json& row : rows)
      all += row.at(field).get<std::uint64_t>();
    return all;
  }

  /// The row of /admin/http; empty if there is none.
  json route(const std::string& method, const std::string& pattern) {
    const json routes = data_of("/admin/http").at("routes");
    for (const json& row : routes)
      if (row.at("method") == method && row.at("route") == pattern) return row;
    return json::object();
  }

  test_server server{take_pushes, clumsy()};

private:
  httplib::Client operators_{"127.0.0.1", server.operator_port()};
};

} // namespace

TEST_F(Reports, MoveWithTheRequests) {
  const signed_in alice = log_in(server, "alice");
  const auto fronts_before =
      sum(data_of("/admin/actors?type=http_front").at("actors"), "processed");
  const auto lanes_before = sum(data_of("/admin/lanes").at("lanes"), "requests");
  EXPECT_TRUE(route("GET", "/api/user/info").empty());

  constexpr std::uint64_t count = 200;
  api_client client{server.port()};
  client.use_token(alice.access_token);
  for (std::uint64_t each = 0; each < count; ++each)
    expect_success(client.get("/api/user/info"));
  client.use_token({});
  expect_failure(client.get("/api/user/info"), errc::unauthenticated);

  // A request is counted when its answer has been written.
  await([&] { return route("GET", "/api/user/info").value("count", 0U) == count + 1; },
        "the route does not count what it serves");
  const json row = route("GET", "/api/user/info");
  EXPECT_EQ(row.at("statuses").at("2xx"), count);
  EXPECT_EQ(row.at("statuses").at("4xx"), 1);
  EXPECT_EQ(row.at("latency").at("count"), count + 1);
  EXPECT_GT(row.at("latency").at("p99_us").get<double>(), 0);
  EXPECT_GT(row.at("stages").at("logic").at("count").get<int>(), 0);
  EXPECT_GT(row.at("per_second").get<double>(), 0);

  EXPECT_GE(sum(data_of("/admin/actors?type=http_front").at("actors"), "processed"),
            fronts_before + count);
  EXPECT_GE(sum(data_of("/admin/lanes").at("lanes"), "requests"), lanes_before + count);
  EXPECT_GE(sum(data_of("/admin/lanes").at("lanes"), "connections"), 1U);
  EXPECT_GE(data_of("/admin/overview").at("connections"), 1);
  EXPECT_GT(sum(data_of("/admin/db").at("pools"), "writes"), 0U) << "the login";
}

TEST_F(Reports, ShowWhichMessagesAnActorGets) {
  const signed_in alice = log_in(server, "alice");
  api_client client{server.port()};
  client.use_token(alice.access_token);
  // One message in sixteen is looked at.
  for (int each = 0; each < 200; ++each)
    expect_success(client.get("/api/user/info"));
  const json user = data_of("/admin/actors/user");
  EXPECT_EQ(user.at("type"), "user");
  EXPECT_EQ(user.at("instances").size(), 2U) << "one in each lane";
  const auto found = std::ranges::find_if(
      user.at("messages"), [](const json& each) { return each.at("type") == "find_user"; });
  ASSERT_NE(found, user.at("messages").end()) << user;
  EXPECT_GE(found->at("count"), 16 * 6);
  EXPECT_GT(found->at("working").at("max_us").get<double>(), 0);
}

TEST_F(Reports, ShowWhatAnActorDiedOfAndThatItWasStartedAgain) {
  const auto row = [&] { return data_of("/admin/actors?type=clumsy").at("actors").at(0); };
  EXPECT_EQ(row().at("restarts"), 0);
  EXPECT_EQ(row().at("alive"), 1);
  EXPECT_TRUE(row().at("last_error").is_null());
  post_push(server, plain_app, plain_query(), json_push("1", R"(,"Content":"throw")"));
  await([&] { return row().at("restarts") == 1 && row().at("alive") == 1; },
        "the actor was not started again");
  EXPECT_THAT(row().at("last_error").at("message").get<std::string>(),
              HasSubstr("the clumsy one has dropped it"));
  EXPECT_THAT(row().at("last_error").at("at").get<std::string>(), HasSubstr("T"));
  EXPECT_EQ(row().at("failed"), 1);
}

TEST_F(Reports, CanBeSortedAndFiltered) {
  const json sorted = data_of("/admin/actors?sort=-received").at("actors");
  for (std::size_t at = 1; at < sorted.size(); ++at)
    EXPECT_GE(sorted[at - 1].at("received"), sorted[at].at("received"));
  const json users = data_of("/admin/actors?type=user&sort=-lane").at("actors");
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[0].at("lane"), 1);
  EXPECT_EQ(users[1].at("lane"), 0);
}

TEST_F(Reports, SayWhatTheyDoNotKnow) {
  struct wrong {
    const char* path;
    int status;
    const char* hint;
  };
  for (const wrong& each : {wrong{"/admin/actors?sort=size", 400, "sort: one of type, lane"},
                            wrong{"/admin/actors?sort=%zz", 400, "sort: broken percent-encoding"},
                            wrong{"/admin/actors?type=nobody", 400, "type: one of"},
                            wrong{"/admin/actors/nobody", 404, "http_front, "}}) {
    const auto reply = ask(each.path);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, each.status) << each.path;
    EXPECT_THAT(reply->body, HasSubstr(each.hint)) << each.path;
  }
  EXPECT_EQ(ask("/admin/actors?sort=size", "text/plain")->status, 400);
}

TEST_F(Reports, AreATableForPeople) {
  const auto reply = ask("/admin/actors?sort=lane", "text/plain");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  std::istringstream lines{reply->body};
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr("ACTOR"));
  EXPECT_THAT(line, HasSubstr("PER SECOND"));
  std::size_t count = 0;
  while (std::getline(lines, line))
    ++count;
  EXPECT_EQ(count, data_of("/admin/actors").at("actors").size());
}

TEST_F(Reports, TellOfTheProcess) {
  const json runtime = data_of("/admin/runtime");
  EXPECT_EQ(runtime.at("pid"), ::getpid());
  EXPECT_GT(runtime.at("memory_bytes"), 1'000'000);
  EXPECT_GT(runtime.at("descriptors"), 3);
  EXPECT_GE(runtime.at("threads"), 4);
  EXPECT_TRUE(runtime.at("version").contains("version")) << runtime;
  // The lanes say so once a tick.
  await([&] { return data_of("/admin/overview").at("ready").at("database") == "ok"; },
        "the database is not ready");
  const json overview = data_of("/admin/overview");
  EXPECT_EQ(overview.at("ready").at("wechat"), "simulator");
  EXPECT_EQ(overview.at("log_dropped"), 0);
  EXPECT_EQ(data_of("/admin/db").at("engine"), "sqlite");
  EXPECT_TRUE(data_of("/admin/wechat").contains("apps"));
}

TEST_F(Reports, AreAsTheirDocumentSays) {
  log_in(server, "alice");
  const json document = resolve_references(read_yaml(MAQUE_ADMIN_OPENAPI_FILE));
  for (const char* path : {"/admin/actors", "/admin/actors/{name}", "/admin/lanes", "/admin/http",
                           "/admin/db", "/admin/runtime", "/admin/overview"}) {
    std::string target{path};
    if (const auto name = target.find("{name}"); name != std::string::npos)
      target.replace(name, std::string::npos, "http_front");
    const auto reply = ask(target);
    ASSERT_TRUE(reply);
    const json& documented = document.at("paths").at(path).at("get").at("responses").at("200");
    EXPECT_EQ(explain_mismatch(documented.at("content").at("application/json").at("schema"),
                               json::parse(reply->body)),
              "")
        << path;
  }
}

TEST_F(Reports, AreForOperatorsOnly_ASVS_13_4_5) {
  httplib::Client stranger{"127.0.0.1", server.operator_port()};
  for (const char* path : {"/admin/actors", "/admin/actors/user", "/admin/lanes", "/admin/http",
                           "/admin/db", "/admin/wechat", "/admin/runtime", "/admin/overview"}) {
    const auto reply = stranger.Get(path);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 401) << path;
    EXPECT_TRUE(json::parse(reply->body).at("data").is_null()) << path;
  }
}

TEST_F(Reports, AnswerWhileTheFrontIsSaturated) {
  std::atomic<bool> enough{false};
  std::atomic<std::uint64_t> served{0};
  {
    std::vector<std::jthread> clients;
    for (int each = 0; each < 8; ++each)
      clients.emplace_back([&] {
        const auto end = std::chrono::steady_clock::now() + patience;
        httplib::Client client{"127.0.0.1", server.port()};
        client.set_keep_alive(true);
        while (!enough && std::chrono::steady_clock::now() < end)
          if (const auto reply = client.Get("/ping"); reply && reply->status == 200) ++served;
      });
    await([&] { return served >= 100; }, "there is no load");
    const auto before = served.load();
    for (int each = 0; each < 20; ++each)
      EXPECT_FALSE(data_of("/admin/actors").at("actors").empty());
    await([&] { return served > before; }, "the load has ended");
    enough = true;
  }
  await([&] { return route("GET", "/ping").value("count", std::uint64_t{0}) >= served; },
        "not all were counted");
}

} // namespace maque::test

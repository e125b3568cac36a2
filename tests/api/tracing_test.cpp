#include "api_fixture.hpp"
#include "domain/request_context.hpp"
#include "support/kept_traces.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

namespace maque::test {
namespace {

using nlohmann::json;
using testing::StartsWith;

void all_is_slow(config::settings& settings) {
  settings.log.slow_request = std::chrono::milliseconds{0};
}

std::vector<json> requests_of(test_server& server, const std::string& path, std::size_t at_least) {
  std::vector<json> found;
  const auto look = [&] {
    found.clear();
    std::istringstream text{server.read_log()};
    for (std::string line; std::getline(text, line);)
      if (auto parsed = json::parse(line); parsed["message"] == "request" && parsed["path"] == path)
        found.push_back(std::move(parsed));
    return found.size() >= at_least;
  };
  await(look, "the access log has no line for " + path);
  return found;
}

TEST(SlowRequests, HaveALineWithWhatTheirTimeWentTo) {
  test_server server{all_is_slow};
  log_in(server, "alice");
  const json line = requests_of(server, "/api/login", 1).front();
  EXPECT_EQ(line["level"], "warn");
  std::int64_t sum = 0;
  for (const auto* field :
       {"parse_us", "queue_us", "logic_us", "database_us", "upstream_us", "serialise_us"}) {
    ASSERT_TRUE(line.contains(field)) << field;
    EXPECT_GE(line[field], 0) << field;
    sum += line[field].get<std::int64_t>();
  }
  EXPECT_LE(sum, line["duration_us"].get<std::int64_t>());
  EXPECT_GT(line["database_us"], 0) << "the user was stored";
  EXPECT_GT(line["upstream_us"], 0) << "WeChat was asked";
}

TEST(SlowRequests, AreNotWhatTheQuickOnesAre) {
  test_server server{
      [](config::settings& settings) { settings.log.slow_request = std::chrono::hours{1}; }};
  api_client{server.port()}.get("/ping");
  const json line = requests_of(server, "/ping", 1).front();
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["module"], "http");
  EXPECT_FALSE(line.contains("logic_us"));
}

class Tracing : public testing::Test {
protected:
  /// Of the trace that the test has sent.
  std::vector<span> spans_of_request() {
    std::vector<span> found;
    await(
        [&] {
          for (const finished_trace& each : kept->all())
            if (to_string(each.trace) == trace) found = each.spans;
          return !found.empty();
        },
        "there is no trace " + trace);
    return found;
  }
  static const span* find(const std::vector<span>& all, const std::string& begin) {
    const auto at =
        std::ranges::find_if(all, [&](const span& each) { return each.name.starts_with(begin); });
    return at == all.end() ? nullptr : &*at;
  }

  std::shared_ptr<kept_traces> kept = std::make_shared<kept_traces>();
  test_server server{{}, {}, kept};
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string sampled = "00-" + trace + "-00f067aa0ba902b7-01";
};

TEST_F(Tracing, ShowsALoginWithItsActorsTheDatabaseAndWeChat) {
  api_client client{server.port()};
  const auto reply =
      client.send("POST", "/api/login", {api_client::json_body, {"traceparent", sampled}},
                  login_as("alice", "1").dump());
  expect_success(reply);
  EXPECT_EQ(reply.trace(), trace);
  EXPECT_THAT(reply.header("traceparent").value_or(""), StartsWith("00-" + trace + "-"));

  const auto spans = spans_of_request();
  EXPECT_EQ(spans[0].name, "POST /api/login");
  EXPECT_EQ(spans[0].kind, span_kind::server);
  EXPECT_EQ(spans[0].parent, (span_id{0x00, 0xF0, 0x67, 0xAA, 0x0B, 0xA9, 0x02, 0xB7}));
  for (const auto* name :
       {"login/log_in_with_wechat", "database/admit_wechat_user", "wechat", "wechat_client/"}) {
    const span* const found = find(spans, name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_FALSE(found->failed) << name;
  }
  EXPECT_TRUE(std::ranges::any_of(spans, [](const span& each) {
    return each.name == "wechat" && each.kind == span_kind::client;
  }));
  EXPECT_EQ(find(spans, "database/")->kind, span_kind::client);
  EXPECT_EQ(find(spans, "login/")->parent, spans[0].id);
  for (const span& each : spans) {
    EXPECT_LE(each.start_unix_ns, each.end_unix_ns) << each.name;
    EXPECT_GE(each.start_unix_ns, spans[0].start_unix_ns) << each.name;
    const bool has_parent =
        std::ranges::any_of(spans, [&](const span& other) { return other.id == each.parent; });
    EXPECT_EQ(has_parent, &each != &spans[0]) << each.name;
  }
}

TEST_F(Tracing, KeepsWhatIsNotSampledToItself) {
  api_client client{server.port()};
  const std::string other = "5bf92f3577b34da6a3ce929d0e0e4736";
  client.get("/ping", {{"traceparent", "00-" + other + "-00f067aa0ba902b7-00"}});
  client.get("/ping", {{"traceparent", sampled}});
  EXPECT_EQ(spans_of_request().front().name, "GET /ping");
  for (const finished_trace& each : kept->all())
    EXPECT_NE(to_string(each.trace), other);
}

TEST_F(Tracing, NamesThePatternOfTheRouteAndNeverThePath) {
  api_client client{server.port()};
  client.get("/api/config/secret-key", {{"traceparent", sampled}});
  const auto spans = spans_of_request();
  EXPECT_EQ(spans.front().name, "GET /api/config/{key}");
  for (const span& each : spans) {
    for (const span_attribute& attribute : each.attributes) {
      const auto* const text = std::get_if<std::string>(&attribute.value);
      EXPECT_TRUE(text == nullptr || text->find("secret") == std::string::npos) << attribute.name;
    }
  }
}

TEST(TracingOff, AddsNothingToAnswers) {
  test_server server;
  api_client client{server.port()};
  const auto reply = client.get(
      "/ping", {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  EXPECT_FALSE(reply.has("traceparent"));
}

} // namespace
} // namespace maque::test

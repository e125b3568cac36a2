#include "api_fixture.hpp"
#include "support/otlp_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace maque::test {

namespace {

using testing::HasSubstr;

/// A collector on loopback that keeps what it gets.
class trace_collector {
public:
  using answer = std::function<void(httplib::Response&)>;

  explicit trace_collector(answer how = [](httplib::Response&) {}) {
    server_.Post("/v1/traces",
                 [this, how = std::move(how)](const httplib::Request& got, httplib::Response& to) {
                   {
                     const std::scoped_lock lock{mutex_};
                     bodies_.push_back(got.body);
                     token_ = got.get_header_value("x-token");
                   }
                   how(to);
                 });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    await([this] { return server_.is_running(); }, "the collector doesn't run");
  }
  ~trace_collector() {
    server_.stop();
    thread_.join();
  }
  trace_collector(const trace_collector&) = delete;
  trace_collector& operator=(const trace_collector&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<std::string> bodies() {
    const std::scoped_lock lock{mutex_};
    return bodies_;
  }
  std::string token() {
    const std::scoped_lock lock{mutex_};
    return token_;
  }
  /// All that it got, as text.
  std::string text() {
    std::string all;
    for (const std::string& body : bodies())
      all += decode_spans(body);
    return all;
  }

private:
  httplib::Server server_;
  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::string token_;
  int port_ = 0;
  std::thread thread_;
};

test_server::adjustment tracing_to(const std::string& url, double ratio) {
  return [url, ratio](config::settings& all) {
    all.tracing.endpoint = url;
    all.tracing.ratio = ratio;
    all.tracing.interval = std::chrono::milliseconds{1};
    all.tracing.timeout = std::chrono::milliseconds{500};
    all.tracing.headers = {secret{"x-token: abc"}};
  };
}

httplib::Result send_ping(const test_server& server, const std::string& traceparent = {}) {
  httplib::Headers headers;
  if (!traceparent.empty()) headers.emplace("traceparent", traceparent);
  return httplib::Client{"127.0.0.1", server.port()}.Get("/ping", headers);
}

double metric_of(const test_server& server, const std::string& sample) {
  const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Get("/metrics");
  if (!reply) return -1;
  const auto at = reply->body.find("\n" + sample + " ");
  return at == std::string::npos ? -1 : std::stod(reply->body.substr(at + sample.size() + 2));
}

constexpr const char* sampled_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

} // namespace

TEST(Traces, GoToTheCollectorAsThePublishedDefinitionsSay) {
  trace_collector to;
  test_server server{tracing_to(to.url(), 0)};
  ASSERT_TRUE(send_ping(server, sampled_parent));
  ASSERT_TRUE(eventually([&] { return !to.bodies().empty(); }));
  const std::string text = to.text();
  EXPECT_THAT(text, HasSubstr("key: \"service.name\""));
  EXPECT_THAT(text, HasSubstr("string_value: \"maque\""));
  EXPECT_THAT(text, HasSubstr("name: \"GET /ping\"")) << text;
  EXPECT_THAT(text, HasSubstr(R"(trace_id: "\n\367e\031\026\315C\335\204H\353!\034\2001\234")"));
  EXPECT_THAT(text, HasSubstr(R"(parent_span_id: "\267\255kqi 31")"));
  EXPECT_EQ(to.token(), "abc");
  EXPECT_TRUE(eventually([&] { return metric_of(server, "maque_traces_exported_total") == 1; }));
}

TEST(Traces, ShowWhatActorsAndTheDatabaseDidForALogin) {
  trace_collector to;
  test_server server{tracing_to(to.url(), 1)};
  log_in(server, "alice");
  ASSERT_TRUE(eventually([&] { return to.text().find("POST /api/login") != std::string::npos; }));
  const std::string text = to.text();
  EXPECT_THAT(text, HasSubstr("name: \"login"));
  EXPECT_THAT(text, HasSubstr("kind: SPAN_KIND_CLIENT"));
  EXPECT_THAT(text, HasSubstr("kind: SPAN_KIND_INTERNAL"));
}

TEST(Traces, AreNotSentOfRequestsThatNobodyHasChosen) {
  trace_collector to;
  test_server server{tracing_to(to.url(), 0)};
  for (int count = 0; count < 20; ++count)
    ASSERT_TRUE(send_ping(server));
  ASSERT_TRUE(send_ping(server, sampled_parent));
  ASSERT_TRUE(eventually([&] { return metric_of(server, "maque_traces_exported_total") == 1; }));
  EXPECT_EQ(to.bodies().size(), 1U);
}

TEST(Traces, ThatWaitAreSentWhenTheServerEnds) {
  trace_collector to;
  {
    test_server server{[&](config::settings& all) {
      tracing_to(to.url(), 1)(all);
      all.tracing.interval = std::chrono::hours{1};
      all.tracing.timeout = patience;
    }};
    ASSERT_TRUE(send_ping(server));
    EXPECT_TRUE(to.bodies().empty());
    server.stop();
  }
  EXPECT_THAT(to.text(), HasSubstr("name: \"GET /ping\""));
}

struct bad_trace_collector {
  const char* reason;
  trace_collector::answer how;
};

TEST(Traces, ThatACollectorDoesNotTakeAreCountedAndNoRequestFails) {
  const std::vector<bad_trace_collector> all = {
      {"refused", [](httplib::Response& to) { to.status = 400; }},
      {"refused",
       [](httplib::Response& to) {
         to.status = 302;
         to.set_header("Location", "/v1/traces");
       }},
      {"nonsense", [](httplib::Response& to) { to.set_content("<html></html>", "text/html"); }},
  };
  for (const auto& [reason, how] : all) {
    trace_collector to{how};
    test_server server{tracing_to(to.url(), 1)};
    const auto answered = send_ping(server);
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->status, 200);
    const std::string labels = std::string{"{reason=\""} + reason + "\"}";
    EXPECT_TRUE(eventually([&] {
      return metric_of(server, "maque_trace_batches_failed_total" + labels) == 1;
    })) << reason;
    EXPECT_TRUE(eventually([&] {
      return metric_of(server, "maque_traces_dropped_total" + labels) == 1;
    })) << reason;
    EXPECT_EQ(metric_of(server, "maque_traces_exported_total"), 0) << reason;
  }
}

TEST(Traces, FindNoRoomWhileTheCollectorIsDownAndNoRequestFails) {
  test_server server{[](config::settings& all) {
    tracing_to("http://127.0.0.1:1", 1)(all); // Nobody listens there (tcpmux).
    all.tracing.queue = 1;
    all.tracing.batch = 1;
  }};
  for (int count = 0; count < 10; ++count) {
    const auto answered = send_ping(server);
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->status, 200);
  }
  for (const char* counter : {"maque_trace_batches_failed_total{reason=\"no_connection\"}",
                              "maque_traces_dropped_total{reason=\"queue_full\"}"})
    EXPECT_TRUE(eventually([&] { return metric_of(server, counter) > 0; })) << counter;
  EXPECT_EQ(metric_of(server, "maque_traces_exported_total"), 0);
}

} // namespace maque::test

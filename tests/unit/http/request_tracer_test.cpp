#include "http/request_times.hpp"
#include "http/request_tracer.hpp"
#include "support/kept_traces.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace maque::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view sender = "00f067aa0ba902b7";

std::string header_with(std::string_view flags) {
  return "00-" + std::string{trace} + "-" + std::string{sender} + "-" + std::string{flags};
}

struct ended_request {
  int status = 200;
  milliseconds took{1};
  std::string traceparent{};
};

class RequestTracer : public testing::Test {
protected:
  /// Lets the tracer see a request from its begin to its end.
  void serve(const ended_request& asked) {
    exchange served;
    served.incoming.set_method("GET");
    if (!asked.traceparent.empty()) served.incoming.add_field("traceparent", asked.traceparent);
    tracer.begin(served);
    served.outgoing.status = asked.status;
    tracer.answer(served);
    answered_with = served.outgoing.headers;
    request_times times;
    times.whole = asked.took;
    tracer.end(served, times);
  }

  std::shared_ptr<maque::test::kept_traces> kept = std::make_shared<maque::test::kept_traces>();
  request_tracer tracer{{kept, 0.0, milliseconds{100}}, 1};
  std::string answered_with;
};

TEST_F(RequestTracer, OffersWhatIsSampledFailedOrSlow) {
  struct row {
    ended_request asked;
    bool offered;
  };
  for (const auto& [asked, offered] :
       {row{{.status = 200}, false}, row{{.status = 404}, false}, row{{.status = 500}, true},
        row{{.status = 504}, true}, row{{.took = milliseconds{99}}, false},
        row{{.took = milliseconds{100}}, true}, row{{.traceparent = header_with("00")}, false},
        row{{.traceparent = header_with("01")}, true},
        row{{503, milliseconds{1}, header_with("00")}, true}}) {
    kept->clear();
    serve(asked);
    EXPECT_EQ(kept->all().size(), offered ? 1U : 0U) << asked.status << " " << asked.traceparent;
  }
}

TEST_F(RequestTracer, GoesOnWithTheTraceOfTheSender) {
  serve({.traceparent = header_with("01")});
  ASSERT_EQ(kept->all().size(), 1U);
  EXPECT_EQ(to_string(kept->all()[0].trace), trace);
  const span request = kept->all()[0].spans.at(0);
  EXPECT_EQ(request.parent, (span_id{0x00, 0xF0, 0x67, 0xAA, 0x0B, 0xA9, 0x02, 0xB7}));
  EXPECT_NE(request.id, span_id{});
  EXPECT_NE(request.id, request.parent);
  EXPECT_EQ(request.kind, span_kind::server);
}

TEST_F(RequestTracer, TellsTheClientOfItsSpan) {
  serve({.traceparent = header_with("01")});
  const auto at = answered_with.find("traceparent: ");
  ASSERT_NE(at, std::string::npos);
  const auto told = parse_traceparent(std::string_view{answered_with}.substr(at + 13, 55));
  ASSERT_TRUE(told);
  EXPECT_EQ(to_string(told->trace), trace);
  EXPECT_TRUE(told->sampled);
  span_id id{};
  for (std::size_t byte = 0; byte < id.size(); ++byte)
    id[byte] = static_cast<std::uint8_t>(told->parent >> (56 - 8 * byte));
  EXPECT_EQ(kept->all().at(0).spans.at(0).id, id);
}

TEST_F(RequestTracer, HasNothingToTellWhenTracesAreOff) {
  tracer = request_tracer{{}, 1};
  serve({.status = 500, .traceparent = header_with("01")});
  EXPECT_EQ(answered_with, "");
  EXPECT_TRUE(kept->all().empty());
}

TEST_F(RequestTracer, SaysNothingOfASpanThatNobodyAskedForAndNobodyWillSee) {
  serve({.status = 200});
  EXPECT_EQ(answered_with, "");
  serve({.traceparent = header_with("00")});
  EXPECT_NE(answered_with, "");
  tracer.change(1.0, milliseconds{100});
  serve({.status = 200});
  EXPECT_NE(answered_with, "");
}

TEST_F(RequestTracer, ReusesTheTrailThatNobodyElseHolds) {
  exchange served;
  tracer.begin(served);
  const request_trail* const first = served.context.trail.get();
  served.context.trail->add_database(milliseconds{1});
  tracer.end(served, {});
  EXPECT_EQ(served.context.trail, nullptr);
  tracer.begin(served);
  EXPECT_EQ(served.context.trail.get(), first);
  EXPECT_EQ(served.context.trail->database().count(), 0);
  const trail_ptr held = served.context.trail;
  tracer.end(served, {});
  tracer.begin(served);
  EXPECT_NE(served.context.trail, held);
}

TEST(TraceRatio, TakesItsPartOfAllTracesAndTheSameOnesEverywhere) {
  trace_ids ids{42};
  constexpr int all = 20'000;
  int chosen = 0;
  for (int each = 0; each < all; ++each) {
    const trace_id id = ids.next();
    const bool taken = request_tracer::is_chosen(id, 0.1);
    chosen += taken ? 1 : 0;
    EXPECT_EQ(request_tracer::is_chosen(id, 0.1), taken);
    EXPECT_TRUE(!taken || request_tracer::is_chosen(id, 0.2)) << "a larger part has all of it";
    EXPECT_FALSE(request_tracer::is_chosen(id, 0.0));
    EXPECT_TRUE(request_tracer::is_chosen(id, 1.0));
  }
  EXPECT_NEAR(chosen, all / 10, all / 50);
}

} // namespace
} // namespace maque::http

#include "domain/limits.hpp"
#include "otlp_fixture.hpp"
#include "support/patience.hpp"
#include "telemetry/otlp_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace maque {
namespace {

using namespace std::chrono_literals;
using test::request_number;

constexpr auto queue_full = static_cast<std::size_t>(export_failure::queue_full);
constexpr auto refused = static_cast<std::size_t>(export_failure::refused);
constexpr auto stopped = static_cast<std::size_t>(export_failure::stopped);

collector_answer failure(export_failure why, bool may_repeat,
                         std::chrono::milliseconds pause = 0ms) {
  return {why, "as the test wants it", may_repeat, pause, 0};
}

/// What a collector in the test has got and is to answer; shared with the exporter's thread.
class script {
public:
  /// Answers for the first calls; further ones are answered with success.
  explicit script(std::vector<collector_answer> answers = {}) : answers_{std::move(answers)} {}

  collector_answer answer(const std::string& request) {
    std::unique_lock lock{mutex_};
    requests_.push_back(request);
    opened_.wait(lock, [this] { return open_; });
    const std::size_t call = requests_.size() - 1;
    return call < answers_.size() ? answers_[call] : collector_answer{};
  }

  /// Until open() no call is answered.
  void close() {
    const std::scoped_lock lock{mutex_};
    open_ = false;
  }
  void open() {
    const std::scoped_lock lock{mutex_};
    open_ = true;
    opened_.notify_all();
  }

  std::vector<std::string> requests() {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = true;
  std::vector<collector_answer> answers_;
  std::vector<std::string> requests_;
};

class scripted_collector final : public span_collector {
public:
  explicit scripted_collector(std::shared_ptr<script> from) : from_{std::move(from)} {}

  collector_answer send(const std::string& request, steady_time) override {
    return from_->answer(request);
  }

private:
  std::shared_ptr<script> from_; // The exporter's thread may outlive the test.
};

class OtlpExporter : public testing::Test {
protected:
  OtlpExporter() {
    options.resource = test::test_resource();
    options.interval = 1ms;
    options.timeout = 30s;
    options.pauses = {1ms, 2ms};
  }

  void start(std::vector<collector_answer> answers = {}) {
    collector = std::make_shared<script>(std::move(answers));
    exporter = std::make_unique<otlp_exporter>(
        options, std::make_unique<scripted_collector>(collector), log.logger());
  }

  /// Offers so many; how many were taken.
  int offer(int count) {
    int taken = 0;
    for (int number = 0; number < count; ++number)
      taken += exporter->offer(request_number(static_cast<std::uint8_t>(number))) ? 1 : 0;
    return taken;
  }

  bool has_called(std::size_t times) {
    return test::eventually([&] { return collector->requests().size() >= times; });
  }

  test::test_log log;
  otlp_options options;
  std::shared_ptr<script> collector;
  std::unique_ptr<otlp_exporter> exporter;
};

std::string encoded(std::vector<std::uint8_t> numbers) {
  std::vector<finished_trace> traces;
  for (const auto number : numbers)
    traces.push_back(request_number(number));
  return encode_traces(test::test_resource(), traces, limits::trace_batch_bytes).body;
}

TEST_F(OtlpExporter, SendsWhatWasOfferedTogetherInOneCallAfterTheInterval) {
  options.interval = 50ms;
  start();
  EXPECT_EQ(offer(3), 3);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 3; }));
  std::string all;
  for (const auto& request : collector->requests())
    all += request;
  EXPECT_NE(all.find("GET /ping"), std::string::npos);
  EXPECT_EQ(exporter->read().failed_batches(), 0U);
}

TEST_F(OtlpExporter, SendsAFullBatchBeforeTheInterval) {
  options.interval = std::chrono::hours{1};
  options.batch = 2;
  start();
  offer(4);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 4; }));
  EXPECT_THAT(collector->requests(), testing::ElementsAre(encoded({0, 1}), encoded({2, 3})));
}

TEST_F(OtlpExporter, SendsTracesThatAreTooMuchForOneCallInSeveral) {
  options.interval = std::chrono::hours{1};
  options.batch = 2;
  start();
  for (std::uint8_t number = 0; number < 2; ++number) {
    auto huge = request_number(number);
    huge.spans.front().name.assign(limits::trace_batch_bytes, 'x');
    exporter->offer(std::move(huge));
  }
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 2; }));
  EXPECT_EQ(collector->requests().size(), 2U);
}

TEST_F(OtlpExporter, RefusesWhatTheQueueHasNoRoomForAndNeverWaits) {
  options.queue = 3;
  options.batch = 1;
  start();
  collector->close();
  offer(1);
  ASSERT_TRUE(has_called(1)); // It has one, and doesn't answer.
  EXPECT_EQ(offer(10), 3);
  EXPECT_EQ(exporter->read().refused(), 7U);
  EXPECT_EQ(exporter->read().dropped_by[queue_full], 7U);
  EXPECT_EQ(exporter->read().dropped(), 0U);
  collector->open();
  EXPECT_TRUE(test::eventually([&] { return exporter->read().exported == 4; }));
}

TEST_F(OtlpExporter, SendsABatchAgainThatTheCollectorIsTooBusyFor) {
  start({failure(export_failure::refused, true), failure(export_failure::no_connection, true)});
  offer(1);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 1; }));
  EXPECT_THAT(collector->requests(),
              testing::ElementsAre(encoded({0}), encoded({0}), encoded({0})));
  EXPECT_EQ(exporter->read().failed_batches(), 2U);
  EXPECT_EQ(exporter->read().dropped(), 0U);
}

TEST_F(OtlpExporter, GivesABatchUpAfterSoManyTries) {
  start(std::vector<collector_answer>(limits::trace_batch_tries,
                                      failure(export_failure::refused, true)));
  offer(1);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().dropped() == 1; }));
  EXPECT_EQ(collector->requests().size(), limits::trace_batch_tries);
  EXPECT_EQ(exporter->read().failed_batches_by[refused], limits::trace_batch_tries);
  EXPECT_EQ(exporter->read().dropped_by[refused], 1U);
  offer(1);
  EXPECT_TRUE(test::eventually([&] { return exporter->read().exported == 1; }));
}

TEST_F(OtlpExporter, LosesABatchThatIsRefusedForGoodAndTellsTheLogOnce) {
  options.batch = 1;
  start(std::vector<collector_answer>(3, failure(export_failure::refused, false)));
  offer(3);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().dropped_by[refused] == 3; }));
  EXPECT_EQ(collector->requests().size(), 3U);
  const std::string lines = log.text();
  EXPECT_EQ(lines.find("traces can't be sent"), lines.rfind("traces can't be sent")) << lines;
  EXPECT_NE(lines.find("\"reason\":\"refused\",\"cause\":\"as the test wants it\""),
            std::string::npos)
      << lines;
}

TEST_F(OtlpExporter, LeavesACollectorAloneThatAsksForIt) {
  start({failure(export_failure::refused, true, std::chrono::hours{1})});
  offer(1);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().failed_batches() == 1; }));
  // In this time there would be some with the pauses of the options.
  EXPECT_FALSE(test::eventually([&] { return collector->requests().size() > 1; }, 50ms));
  // It is not waited for at the end, though: there is a last call.
  exporter->stop();
  EXPECT_EQ(collector->requests().size(), 2U);
  EXPECT_EQ(exporter->read().exported, 1U);
}

TEST_F(OtlpExporter, PausesAfterAFailureWhateverBatchIsNext) {
  options.batch = 1;
  options.pauses = {std::chrono::hours{1}, std::chrono::hours{1}};
  start({failure(export_failure::nonsense, false)});
  offer(5);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().failed_batches() == 1; }));
  EXPECT_FALSE(test::eventually([&] { return collector->requests().size() > 1; }, 50ms));
}

TEST_F(OtlpExporter, CountsTheSpansThatACollectorDoesNotTake) {
  collector_answer partial;
  partial.rejected_spans = 1;
  start({partial});
  offer(1);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 1; }));
  EXPECT_EQ(exporter->read().rejected_spans, 1U);
}

TEST_F(OtlpExporter, DoesNotBelieveThatMoreSpansWereRefusedThanWereSent) {
  collector_answer nonsense;
  nonsense.rejected_spans = UINT64_MAX;
  start({nonsense});
  offer(1);
  ASSERT_TRUE(test::eventually([&] { return exporter->read().exported == 1; }));
  EXPECT_EQ(exporter->read().rejected_spans, 1U);
}

TEST_F(OtlpExporter, SendsAtItsEndWhatWaits) {
  options.interval = std::chrono::hours{1};
  start();
  offer(5);
  exporter->stop();
  EXPECT_EQ(exporter->read().exported, 5U);
  EXPECT_EQ(offer(1), 0);
  EXPECT_EQ(exporter->read().dropped_by[stopped], 1U);
}

TEST_F(OtlpExporter, EndsWithTheFirstFailureOfItsLastCalls) {
  options.interval = std::chrono::hours{1};
  options.batch = 2;
  start(std::vector<collector_answer>(4, failure(export_failure::no_connection, true)));
  collector->close();
  std::uint64_t offered = 7;
  offer(7);
  ASSERT_TRUE(has_called(1));
  std::thread stopping{[&] { exporter->stop(); }};
  const auto refuses = [&] {
    ++offered;
    return !exporter->offer(request_number(9));
  };
  EXPECT_TRUE(test::eventually(refuses));
  collector->open();
  stopping.join();
  // The one that was under way, and one more.
  EXPECT_EQ(collector->requests().size(), 2U);
  EXPECT_EQ(exporter->read().dropped() + exporter->read().refused(), offered);
}

TEST_F(OtlpExporter, DoesNotWaitAtItsEndForACollectorThatNeverAnswers) {
  options.timeout = 20ms;
  start();
  collector->close();
  offer(1);
  ASSERT_TRUE(has_called(1));
  exporter->stop(); // Would never return.
  EXPECT_EQ(exporter->read().exported, 0U);
  exporter.reset();
  collector->open();
}

} // namespace
} // namespace maque

#include "db_pool_fixture.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

namespace maque::db {
namespace {

using namespace test;
using nlohmann::json;

/// A pool in front of one scripted worker, for which every batch is slow.
class DatabasePoolMeter : public DatabasePoolTest {
protected:
  DatabasePoolMeter() {
    reader.serve<check_connection>(batch_done{true});
    world.settle(meter);
  }
  ~DatabasePoolMeter() override { world.end(caf::actor_cast<caf::actor>(pool)); }

  static pool_policy all_is_slow() {
    pool_policy made = policy_of(1, 1);
    made.slow_query = std::chrono::milliseconds{0};
    return made;
  }
  pending_reply<std::optional<user>> find(std::uint64_t id, const request_context& context) {
    return world.ask<std::optional<user>>(pool, context, find_user{{id}});
  }
  void answer_next() {
    const auto question = reader.await<read_batch>();
    for (const user_id id : ids_of(question.request))
      question.request->outcomes.emplace_back(read_outcome{std::optional{make_user(id)}});
    reader.answer(question, batch_done{});
  }
  pool_meter::reading read() { return world.context().database_meter.read(); }

  static request_context traced(std::uint8_t number) {
    request_context made = in_time();
    made.trace.bytes.fill(number);
    made.trail.reset(new request_trail);
    return made;
  }
  std::vector<json> slow_queries() {
    std::istringstream text{world.logged()};
    std::vector<json> found;
    for (std::string line; std::getline(text, line);)
      if (auto parsed = json::parse(line); parsed["message"] == "slow query")
        found.push_back(std::move(parsed));
    return found;
  }

  scripted_worker reader{world};
  db_pool_actor pool = make_pool(all_is_slow(), [this](std::uint32_t) { return reader.handle(); });
};

TEST_F(DatabasePoolMeter, CountsRequestsBatchesAndWhatWaits) {
  auto first = find(1, in_time());
  await([this] { return reader.count<read_batch>() == 1; }, "the first batch is not sent");
  auto second = find(2, in_time());
  auto third = find(3, in_time());
  world.settle(meter);
  EXPECT_EQ(read().waiting, 2U);
  answer_next();
  answer_next();
  value_of(first);
  value_of(second);
  value_of(third);

  const auto now = read();
  EXPECT_EQ(now.reads, 3U);
  EXPECT_EQ(now.writes, 0U);
  EXPECT_EQ(now.failed, 0U);
  EXPECT_EQ(now.waiting, 0U);
  EXPECT_EQ(now.waiting_max, 2U);
  EXPECT_EQ(now.read_batches.count, 2U);
  EXPECT_EQ(now.read_batches.requests, 3U);
  EXPECT_EQ(now.wait.total, 2U);
  EXPECT_EQ(now.work.total, 2U);
}

TEST_F(DatabasePoolMeter, CountsTheWorkersOnceATick) {
  caf::anon_send(pool, sweep_workers{});
  await([this] { return read().workers == 1; }, "the workers are not counted");
  EXPECT_EQ(read().idle, 1U);
  auto waiting = find(1, in_time());
  await([this] { return reader.count<read_batch>() == 1; }, "the batch is not sent");
  caf::anon_send(pool, sweep_workers{});
  await([this] { return read().busy == 1; }, "the worker does not look busy");
  EXPECT_EQ(read().idle, 0U);
  answer_next();
  value_of(waiting);
}

TEST_F(DatabasePoolMeter, CountsRequestsThatFail) {
  auto waiting = find(1, in_time());
  const auto question = reader.await<read_batch>();
  question.request->outcomes.emplace_back(fail(errc::internal));
  reader.answer(question, batch_done{});
  EXPECT_EQ(code_of(waiting), errc::internal);
  EXPECT_EQ(read().failed, 1U);
}

TEST_F(DatabasePoolMeter, TellsEachTrailHowLongItsAnswerTook) {
  const auto begin = std::chrono::steady_clock::now();
  const request_context one = traced(1);
  auto first = find(1, one);
  answer_next();
  value_of(first);
  EXPECT_GT(one.trail->database().count(), 0);
  EXPECT_LE(one.trail->database(), std::chrono::steady_clock::now() - begin);
  EXPECT_EQ(one.trail->upstream().count(), 0);
}

TEST_F(DatabasePoolMeter, RecordsASpanForEachRequestOfABatch) {
  const request_context one = traced(1);
  one.trail->begin_spans(11, 0, true);
  auto first = find(1, one);
  answer_next();
  value_of(first);
  const auto spans = one.trail->finish().spans;
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].name, "database");
  EXPECT_EQ(*spans[0].message, typeid(find_user));
  EXPECT_TRUE(spans[0].outbound);
  EXPECT_FALSE(spans[0].failed);
  EXPECT_EQ(spans[0].parent, 11U);
  EXPECT_EQ(spans[0].notes[0].name, "db.operation.batch.size");
  EXPECT_EQ(spans[0].notes[0].number, 1);
  EXPECT_LE(spans[0].start, spans[0].end);
}

TEST_F(DatabasePoolMeter, HasALineForASlowBatchWithoutTheValuesInIt) {
  auto first = find(4'711'471'147, traced(0xAB));
  answer_next();
  value_of(first);
  const auto lines = slow_queries();
  ASSERT_EQ(lines.size(), 1U);
  const json& line = lines.front();
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["module"], "db");
  EXPECT_EQ(line["trace_id"], to_string(traced(0xAB).trace));
  EXPECT_EQ(line["kinds"], "find_user");
  EXPECT_EQ(line["requests"], 1);
  EXPECT_GE(line["waiting_us"], 0);
  EXPECT_GE(line["working_us"], 0);
  EXPECT_EQ(line.dump().find("4711471147"), std::string::npos);
}

TEST_F(DatabasePoolMeter, NamesTwoTracesOfABatch) {
  auto first = find(1, traced(1));
  await([this] { return reader.count<read_batch>() == 1; }, "the first batch is not sent");
  auto second = find(2, traced(2));
  auto third = find(3, traced(3));
  world.settle(meter);
  answer_next();
  answer_next();
  value_of(first);
  value_of(second);
  value_of(third);
  const auto lines = slow_queries();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["other_trace_id"], "");
  EXPECT_EQ(lines[1]["trace_id"], to_string(traced(2).trace));
  EXPECT_EQ(lines[1]["other_trace_id"], to_string(traced(3).trace));
  EXPECT_EQ(lines[1]["requests"], 2);
}

} // namespace
} // namespace maque::db

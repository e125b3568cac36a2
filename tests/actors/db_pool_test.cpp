#include "db_pool_fixture.hpp"
#include "domain/limits.hpp"

namespace maque::db {
namespace {

using namespace test;

/// A lane's pool in front of one scripted worker that reads and one that writes.
class DatabasePool : public DatabasePoolTest {
protected:
  DatabasePool() {
    reader.serve<check_connection>(batch_done{true});
    world.settle(meter);
  }
  ~DatabasePool() override { world.end(caf::actor_cast<caf::actor>(pool)); }

  pending_reply<std::optional<user>> find(std::uint64_t id, request_context context = in_time()) {
    return world.ask<std::optional<user>>(pool, context, find_user{{id}});
  }

  pending_reply<user> write(std::uint64_t id) {
    return world.ask<user>(pool, in_time(), rename(id));
  }

  /// Sends a read that occupies the reader until it is answered.
  asked<read_batch> occupy_reader() {
    occupying = find(1);
    return reader.await<read_batch>();
  }

  /// Returns when the pool has taken up all that was asked before.
  void settle() { world.settle(meter); }

  /// Answers every lookup of a batch with a user of that id.
  void answer(const asked<read_batch>& question) {
    const read_batch& work = question.request;
    for (const user_id id : ids_of(work))
      work->outcomes.emplace_back(read_outcome{std::optional{make_user(id)}});
    reader.answer(question, batch_done{});
  }

  void answer(const asked<write_batch>& question) {
    const write_batch& work = question.request;
    for (const user_id id : ids_of(work))
      work->outcomes.emplace_back(write_outcome{make_user(id)});
    writer.answer(question, batch_done{});
  }

  scripted_worker reader{world};
  scripted_writer writer{world};
  db_pool_actor pool = make_pool(
      policy_of(1, 1), [this](std::uint32_t) { return reader.handle(); }, writer.handle());
  pending_reply<std::optional<user>> occupying;
};

TEST_F(DatabasePool, SendsWhatCameWhileTheReaderWasBusyAsOneBatch) {
  const auto first = occupy_reader();
  std::vector<pending_reply<std::optional<user>>> waiting;
  for (std::uint64_t id = 2; id < 12; ++id)
    waiting.push_back(find(id));
  settle();
  EXPECT_EQ(reader.count<read_batch>(), 1U);
  answer(first);

  const auto second = reader.await<read_batch>();
  EXPECT_EQ(ids_of(second.request),
            (std::vector<user_id>{{2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}, {11}}));
  answer(second);
  for (std::uint64_t id = 2; id < 12; ++id)
    EXPECT_EQ(value_of(waiting.at(id - 2))->id, user_id{id});
  EXPECT_EQ(value_of(occupying)->id, user_id{1});
}

TEST_F(DatabasePool, SendsNoBatchThatIsLargerThanItsLimit) {
  const auto first = occupy_reader();
  for (std::size_t id = 0; id < limits::read_batch + 10; ++id)
    find(id + 2);
  settle();
  answer(first);
  const auto full = reader.await<read_batch>();
  EXPECT_EQ(full.request->requests.size(), limits::read_batch);
  answer(full);
  EXPECT_EQ(reader.await<read_batch>().request->requests.size(), 10U);
}

TEST_F(DatabasePool, KeepsTheOrderOfWritesAndHasOneBatchOfThemUnderWay) {
  auto first = write(1);
  const auto under_way = writer.await<write_batch>();
  auto second = write(3);
  auto third = write(2);
  settle();
  EXPECT_EQ(writer.count<write_batch>(), 1U);
  answer(under_way);
  const auto next = writer.await<write_batch>();
  EXPECT_EQ(ids_of(next.request), (std::vector<user_id>{{3}, {2}}));
  answer(next);
  EXPECT_EQ(value_of(first).id, user_id{1});
  EXPECT_EQ(value_of(second).id, user_id{3});
  EXPECT_EQ(value_of(third).id, user_id{2});
}

TEST_F(DatabasePool, LetsNoReadWaitForAWrite_ASVS_15_4_4) {
  auto changed = write(1);
  const auto under_way = writer.await<write_batch>();
  auto found = find(2);
  answer(reader.await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{2});
  EXPECT_FALSE(has_come(changed));
  answer(under_way);
  value_of(changed);
}

TEST_F(DatabasePool, NeverSendsWhatHasWaitedTooLong) {
  const auto first = occupy_reader();
  auto late = find(2, overdue());
  auto timely = find(3);
  settle();
  answer(first);
  const auto second = reader.await<read_batch>();
  EXPECT_EQ(ids_of(second.request), std::vector<user_id>{{3}});
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  answer(second);
  EXPECT_EQ(value_of(timely)->id, user_id{3});
}

TEST_F(DatabasePool, TellsUntilWhenABatchIsOfUseToAnybody) {
  const auto first = occupy_reader();
  const auto sooner = in_time();
  const auto later = request_context{trace_id{}, sooner.deadline + std::chrono::seconds{5}};
  std::vector<pending_reply<std::optional<user>>> waiting;
  for (const auto& context : {sooner, later, sooner})
    waiting.push_back(find(2, context));
  settle();
  answer(first);
  const auto second = reader.await<read_batch>();
  EXPECT_EQ(second.request->requests.size(), 3U);
  EXPECT_EQ(second.request->deadline, later.deadline);
}

TEST_F(DatabasePool, RefusesAtOnceWhatItHasNoRoomFor_ASVS_15_4_4) {
  const auto first = occupy_reader();
  std::vector<pending_reply<std::optional<user>>> waiting;
  for (std::size_t id = 0; id < limits::database_queue; ++id)
    waiting.push_back(find(id + 2));
  auto refused = find(1);
  const auto outcome = outcome_of(refused);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::overloaded);
  EXPECT_EQ(outcome.error().retry_after, std::chrono::seconds{1});

  answer(first);
  answer(reader.await<read_batch>());
  EXPECT_EQ(value_of(waiting.front())->id, user_id{2});
  auto welcome = find(1);
  settle();
  EXPECT_FALSE(has_come(welcome));
}

TEST_F(DatabasePool, TellsTheOutcomeOfEachRequestOfABatchToWhoSentIt) {
  const auto first = occupy_reader();
  auto good = find(2);
  auto bad = find(3);
  settle();
  answer(first);
  const auto second = reader.await<read_batch>();
  second.request->outcomes.emplace_back(read_outcome{std::optional{make_user({2})}});
  second.request->outcomes.emplace_back(fail(errc::internal));
  reader.answer(second, batch_done{});
  EXPECT_EQ(value_of(good)->id, user_id{2});
  EXPECT_EQ(code_of(bad), errc::internal);
}

TEST_F(DatabasePool, CarriesEveryKindOfWriteAboutAccounts) {
  auto changed = write(1);
  const auto first = writer.await<write_batch>();
  auto attempt = world.ask<attempt_begun>(pool, in_time(), begin_attempt{});
  auto opened = world.ask<user_admitted>(pool, in_time(), open_password_session{});
  auto registered = world.ask<user_admitted>(pool, in_time(), register_user{});
  auto added = world.ask<user>(pool, in_time(), add_credentials{});
  auto ended = world.ask<ended_sessions>(pool, in_time(), change_password{});
  auto linked = world.ask<user>(pool, in_time(), link_identity{});
  auto purged = world.ask<std::uint64_t>(pool, in_time(), purge{});
  settle();
  answer(first);
  EXPECT_EQ(value_of(changed).id, user_id{1});

  const auto second = writer.await<write_batch>();
  ASSERT_EQ(second.request->requests.size(), 7U);
  EXPECT_TRUE(std::holds_alternative<begin_attempt>(second.request->requests.front()));
  EXPECT_TRUE(std::holds_alternative<purge>(second.request->requests.back()));
  const utc_time later = from_unix_micros(9);
  second.request->outcomes = {
      write_outcome{attempt_begun{.blocked_until = later}},
      write_outcome{user_admitted{.who = make_user({2})}},
      write_outcome{user_admitted{.who = make_user({3}), .is_new_user = true}},
      write_outcome{make_user({4})},
      write_outcome{ended_sessions{{5}}},
      fail(errc::identity_taken),
      write_outcome{std::uint64_t{7}}};
  writer.answer(second, batch_done{});
  EXPECT_EQ(value_of(attempt).blocked_until, later);
  EXPECT_EQ(value_of(opened).who.id, user_id{2});
  EXPECT_TRUE(value_of(registered).is_new_user);
  EXPECT_EQ(value_of(added).id, user_id{4});
  EXPECT_EQ(value_of(ended), (ended_sessions{{5}}));
  EXPECT_EQ(code_of(linked), errc::identity_taken);
  EXPECT_EQ(value_of(purged), 7U);
}

TEST_F(DatabasePool, ListsTheSessionsOfAUser) {
  auto listed = world.ask<std::vector<session>>(pool, in_time(), list_sessions{{1}});
  const auto asked = reader.await<read_batch>();
  session open;
  open.id = {11};
  asked.request->outcomes.emplace_back(read_outcome{std::vector{open}});
  reader.answer(asked, batch_done{});
  EXPECT_EQ(value_of(listed), std::vector{open});
}

TEST_F(DatabasePool, FailsWhenTheWriterDiesInACommitAndWorksAgainWithANewOne) {
  const auto doomed = world.keep(spawn_detached<writer_actor, writer_state>(
      world.system, world.add_meter(), keeper_of(open_throwing_store)));
  caf::anon_send(pool, use_writer{doomed});
  auto lost = write(1);
  EXPECT_EQ(code_of(lost), errc::database_unavailable);

  caf::anon_send(pool, use_writer{writer.handle()});
  auto changed = write(2);
  answer(writer.await<write_batch>());
  EXPECT_EQ(value_of(changed).id, user_id{2});
}

TEST_F(DatabasePool, AnswersWhatWaitsAndWhatIsUnderWayWhenItEnds) {
  const auto first = occupy_reader();
  auto changed = write(1);
  const auto under_way = writer.await<write_batch>();
  auto waiting = find(2);
  auto waiting_change = write(2);
  settle();
  world.end(caf::actor_cast<caf::actor>(pool));
  EXPECT_EQ(code_of(occupying), errc::database_unavailable);
  EXPECT_EQ(code_of(changed), errc::database_unavailable);
  EXPECT_EQ(code_of(waiting), errc::database_unavailable);
  EXPECT_EQ(code_of(waiting_change), errc::database_unavailable);
}

TEST_F(DatabasePool, PassesOnThatADatabaseCannotBeOpened) {
  const auto without_database = world.keep(spawn_detached<writer_actor, writer_state>(
      world.system, world.add_meter(), keeper_of(refuse_to_open)));
  caf::anon_send(pool, use_writer{without_database});
  for (std::uint64_t id = 1; id < 3; ++id) {
    auto lost = write(id);
    EXPECT_EQ(code_of(lost), errc::database_unavailable);
  }
}

} // namespace
} // namespace maque::db

#include "db/db_pool.hpp"
#include "domain/limits.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

namespace maque::db {
namespace {

using namespace maque::test;

using scripted_reader = scripted<reader_actor, on_message<batch_done, read_batch>>;
using scripted_writer =
    scripted<writer_actor, on_message<batch_done, write_batch>, on_notice<commit_gathered>>;

user make_user(user_id id) {
  user made;
  made.id = id;
  return made;
}

update_profile rename(std::uint64_t id) {
  update_profile order;
  order.id = {id};
  order.patch.nickname = "renamed";
  return order;
}

std::vector<user_id> ids_of(const read_batch& work) {
  std::vector<user_id> ids;
  for (const read_request& request : work->requests)
    ids.push_back(std::get<find_user>(request).id);
  return ids;
}

std::vector<user_id> ids_of(const write_batch& work) {
  std::vector<user_id> ids;
  for (const write_request& request : work->requests)
    ids.push_back(std::get<update_profile>(request).id);
  return ids;
}

/// A database that is broken in a way that nobody has thought of.
class throwing_store final : public store {
public:
  result<std::vector<std::optional<user>>> find_users(std::span<const user_id>) override {
    throw failure();
  }
  result<std::vector<user>> list_users(const user_page_query&) override { throw failure(); }
  result<std::vector<std::optional<session>>> find_sessions(std::span<const session_id>) override {
    throw failure();
  }
  result<ended_sessions> sessions_ended_since(utc_time) override { throw failure(); }
  result<std::uint64_t> config_version() override { throw failure(); }
  result<config_snapshot> load_config() override { throw failure(); }
  std::vector<result<write_outcome>> apply(std::span<const write_request>) override {
    throw failure();
  }

private:
  static std::runtime_error failure() { return std::runtime_error{"the store is broken"}; }
};

result<std::unique_ptr<store>> open_throwing_store() {
  return std::make_unique<throwing_store>();
}

result<std::unique_ptr<store>> refuse_to_open() {
  return fail(errc::database_unavailable);
}

/// A lane's pool in front of scripted workers.
class DatabasePool : public testing::Test {
protected:
  DatabasePool() { world.run(); }

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

  actor_world world;
  actor_meter& meter = world.add_meter();
  scripted_reader reader{world};
  scripted_writer writer{world};
  db_pool_actor pool = world.spawn<db_pool_actor, db_pool_state>(
      0, meter, std::ref(world.context()), use_workers{reader.handle(), writer.handle()});
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

TEST_F(DatabasePool, LetsNoReadWaitForAWrite) {
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

TEST_F(DatabasePool, RefusesAtOnceWhatItHasNoRoomFor) {
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

TEST_F(DatabasePool, FailsWhenTheReaderDiesAndWorksAgainWithANewOne) {
  const auto doomed = world.keep(spawn_detached<reader_actor, reader_state>(
      world.system, world.add_meter(), store_opener{open_throwing_store}));
  caf::anon_send(pool, use_workers{doomed, writer.handle()});
  auto lost = find(1);
  EXPECT_EQ(code_of(lost), errc::database_unavailable);
  // Its place is empty until the supervisor has filled it: nobody waits for that.
  auto early = find(2);
  EXPECT_EQ(code_of(early), errc::database_unavailable);

  caf::anon_send(pool, use_workers{reader.handle(), writer.handle()});
  auto found = find(3);
  answer(reader.await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{3});
}

TEST_F(DatabasePool, FailsWhenTheWriterDiesInACommitAndWorksAgainWithANewOne) {
  const auto doomed = world.keep(spawn_detached<writer_actor, writer_state>(
      world.system, world.add_meter(), store_opener{open_throwing_store}));
  caf::anon_send(pool, use_workers{reader.handle(), doomed});
  auto lost = write(1);
  EXPECT_EQ(code_of(lost), errc::database_unavailable);

  caf::anon_send(pool, use_workers{reader.handle(), writer.handle()});
  auto changed = write(2);
  answer(writer.await<write_batch>());
  EXPECT_EQ(value_of(changed).id, user_id{2});
}

TEST_F(DatabasePool, PassesOnThatADatabaseCannotBeOpened) {
  const auto without_database = world.keep(spawn_detached<writer_actor, writer_state>(
      world.system, world.add_meter(), store_opener{refuse_to_open}));
  caf::anon_send(pool, use_workers{reader.handle(), without_database});
  for (std::uint64_t id = 1; id < 3; ++id) {
    auto lost = write(id);
    EXPECT_EQ(code_of(lost), errc::database_unavailable);
  }
}

} // namespace
} // namespace maque::db

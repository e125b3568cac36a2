#include "db_pool_fixture.hpp"

#include <atomic>
#include <future>

namespace maque::db {
namespace {

using namespace test;

/// A pool whose workers do everything; each place has a scripted one.
class DatabaseWorkers : public DatabasePoolTest {
protected:
  ~DatabaseWorkers() override {
    // Before the workers, whose ends it would take for deaths.
    if (pool) world.end(caf::actor_cast<caf::actor>(pool));
  }

  db_pool_actor make_scripted(pool_policy policy) {
    for (std::uint32_t place = 0; place < policy.max_workers; ++place)
      workers.push_back(std::make_unique<scripted_worker>(world));
    auto made = make_pool(policy, [this](std::uint32_t place) {
      ++started;
      return workers.at(place)->handle();
    });
    for (std::uint32_t place = 0; place < policy.base_workers; ++place)
      connect(place);
    world.settle(meter);
    return made;
  }

  /// Answers the question that every worker is asked first.
  void connect(std::uint32_t place) {
    workers.at(place)->serve<check_connection>(batch_done{true});
  }

  pending_reply<std::optional<user>> find(std::uint64_t id) {
    return world.ask<std::optional<user>>(pool, in_time(), find_user{{id}});
  }

  void answer(std::uint32_t place, const asked<read_batch>& question, bool usable = true) {
    for (const user_id id : ids_of(question.request)) {
      if (usable)
        question.request->outcomes.emplace_back(read_outcome{std::optional{make_user(id)}});
      else
        question.request->outcomes.emplace_back(fail(errc::database_unavailable));
    }
    workers[place]->answer(question, batch_done{usable});
  }

  /// The connection went while the batch was under way.
  void lose(std::uint32_t place, const asked<read_batch>& question, link_state how) {
    question.request->outcomes.assign(question.request->requests.size(),
                                      fail(errc::database_unavailable));
    workers[place]->answer(question, batch_done{false, how});
  }

  /// Lets time have passed for the pool.
  void sweep() { caf::anon_send(pool, sweep_workers{}); }

  std::vector<std::unique_ptr<scripted_worker>> workers;
  std::atomic<int> started = 0;
  db_pool_actor pool;
};

TEST_F(DatabaseWorkers, TakeWhatComesWhileOthersAreBusy) {
  pool = make_scripted(policy_of(2, 2));
  auto first = find(1);
  const auto one = workers[0]->await<read_batch>();
  auto second = find(2);
  const auto two = workers[1]->await<read_batch>();
  auto changed = world.ask<user>(pool, in_time(), rename(3));
  answer(1, two);
  EXPECT_EQ(value_of(second)->id, user_id{2});
  const auto write = workers[1]->await<write_batch>();
  write.request->outcomes.emplace_back(write_outcome{make_user({3})});
  workers[1]->answer(write, batch_done{});
  EXPECT_EQ(value_of(changed).id, user_id{3});
  answer(0, one);
  EXPECT_EQ(value_of(first)->id, user_id{1});
}

TEST_F(DatabaseWorkers, AreStartedWhenRequestsWaitAndEndedWhenTheyAreIdle) {
  pool_policy policy = policy_of(1, 2);
  policy.grow_after = policy.idle_timeout = std::chrono::milliseconds{0};
  pool = make_scripted(policy);
  auto first = find(1);
  const auto one = workers[0]->await<read_batch>();
  EXPECT_EQ(started, 1);
  auto second = find(2);
  connect(1);
  answer(1, workers[1]->await<read_batch>());
  EXPECT_EQ(value_of(second)->id, user_id{2});
  EXPECT_EQ(started, 2);

  std::promise<void> ended;
  workers[1]->handle()->attach_functor([&ended] { ended.set_value(); });
  sweep();
  EXPECT_EQ(ended.get_future().wait_for(patience), std::future_status::ready);
  answer(0, one);
  EXPECT_EQ(value_of(first)->id, user_id{1});
}

TEST_F(DatabaseWorkers, AreIdleThoughTheyAreTried) {
  pool_policy policy = policy_of(1, 2);
  policy.grow_after = policy.health_interval = std::chrono::milliseconds{0};
  policy.idle_timeout = std::chrono::milliseconds{300};
  pool = make_scripted(policy);
  auto first = find(1);
  const auto one = workers[0]->await<read_batch>();
  auto second = find(2);
  connect(1);
  answer(1, workers[1]->await<read_batch>());
  value_of(second);
  const auto idle_since = std::chrono::steady_clock::now();
  std::promise<void> ended;
  workers[1]->handle()->attach_functor([&ended] { ended.set_value(); });
  sweep();
  const auto check = workers[1]->await<check_connection>();
  await([&] { return std::chrono::steady_clock::now() > idle_since + policy.idle_timeout; },
        "time stands still");
  workers[1]->answer(check, batch_done{});
  workers[1]->settle();
  world.settle(meter);
  sweep();
  EXPECT_EQ(ended.get_future().wait_for(patience), std::future_status::ready);
  answer(0, one);
  value_of(first);
}

TEST_F(DatabaseWorkers, AreNotStartedWhereThereIsNoRoom) {
  pool_policy policy = policy_of(1, 2);
  policy.grow_after = std::chrono::milliseconds{0};
  while (room.take()) {
  }
  pool = make_scripted(policy);
  auto first = find(1);
  const auto one = workers[0]->await<read_batch>();
  auto second = find(2);
  world.settle(meter);
  EXPECT_EQ(started, 1);
  answer(0, one);
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(second)->id, user_id{2});
}

TEST_F(DatabaseWorkers, GetNoRequestBeforeTheyHaveAConnection) {
  pool_policy policy = policy_of(1, 2);
  policy.grow_after = std::chrono::milliseconds{0};
  pool = make_scripted(policy);
  auto first = find(1);
  const auto one = workers[0]->await<read_batch>();
  auto second = find(2);
  workers[1]->serve<check_connection>(batch_done{false});
  world.settle(meter);
  answer(0, one);
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(second)->id, user_id{2});
}

TEST_F(DatabaseWorkers, AreStartedAgainWhenTheSystemHadNoThreadForThem) {
  workers.push_back(std::make_unique<scripted_worker>(world));
  pool_policy policy = policy_of(1, 1);
  policy.retry_first = policy.retry_last = std::chrono::milliseconds{0};
  pool = make_pool(policy, [this](std::uint32_t place) {
    if (started++ == 0) throw std::runtime_error{"no thread"};
    return workers.at(place)->handle();
  });
  auto refused = find(1);
  EXPECT_EQ(code_of(refused), errc::database_unavailable);
  sweep();
  connect(0);
  world.settle(meter);
  auto found = find(2);
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{2});
}

TEST_F(DatabaseWorkers, AreReplacedWhenTheyDie) {
  pool_policy policy = policy_of(1, 1);
  policy.retry_first = policy.retry_last = std::chrono::milliseconds{0};
  pool = make_pool(policy, [this](std::uint32_t) {
    const bool first = started++ == 0;
    return world.keep(spawn_detached<worker_actor, worker_state>(
        world.system, world.add_meter(), keeper_of(first ? open_throwing_store : refuse_to_open)));
  });
  auto lost = find(1);
  EXPECT_EQ(code_of(lost), errc::database_unavailable);
  await(
      [this] {
        sweep();
        return started == 2;
      },
      "no new worker was started");
}

TEST_F(DatabaseWorkers, AreAskedBeforeTheirConnectionIsGivenUp) {
  pool = make_scripted(policy_of(1, 1));
  auto failed = find(1);
  answer(0, workers[0]->await<read_batch>(), false);
  EXPECT_EQ(code_of(failed), errc::database_unavailable);
  auto waiting = find(2);
  workers[0]->serve<check_connection>(batch_done{true});
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(waiting)->id, user_id{2});
}

TEST_F(DatabaseWorkers, AreLostTogetherAndFailEverythingAtOnceUntilOneIsBack) {
  pool_policy policy = policy_of(1, 1);
  policy.retry_first = policy.retry_last = std::chrono::milliseconds{0};
  pool = make_scripted(policy);
  auto failed = find(1);
  answer(0, workers[0]->await<read_batch>(), false);
  const auto check = workers[0]->await<check_connection>();
  auto waiting = find(2);
  world.settle(meter);
  workers[0]->answer(check, batch_done{false});
  EXPECT_EQ(code_of(failed), errc::database_unavailable);
  EXPECT_EQ(code_of(waiting), errc::database_unavailable);
  auto early = find(3);
  const auto refused = outcome_of(early);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::database_unavailable);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds{1});

  sweep();
  workers[0]->serve<check_connection>(batch_done{true});
  world.settle(meter);
  auto found = find(4);
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{4});
}

TEST_F(DatabaseWorkers, AreLostAtOnceIfTheirConnectionIs) {
  pool = make_scripted(policy_of(1, 1));
  auto failed = find(1);
  const auto batch = workers[0]->await<read_batch>();
  auto waiting = find(2);
  world.settle(meter);
  lose(0, batch, link_state::closed);
  EXPECT_EQ(code_of(waiting), errc::database_unavailable);
  EXPECT_EQ(code_of(failed), errc::database_unavailable);
  EXPECT_EQ(workers[0]->count<check_connection>(), 1U) << "it was asked though it had said it";
}

TEST_F(DatabaseWorkers, AreAllAskedWhenOneHasLostItsConnection) {
  pool = make_scripted(policy_of(2, 2));
  auto failed = find(1);
  lose(0, workers[0]->await<read_batch>(), link_state::closed);
  EXPECT_EQ(code_of(failed), errc::database_unavailable);
  const auto check = workers[1]->await<check_connection>();
  auto waiting = find(2);
  workers[1]->answer(check, batch_done{false, link_state::closed});
  EXPECT_EQ(code_of(waiting), errc::database_unavailable);
}

TEST_F(DatabaseWorkers, RefuseEverythingAtOnceWhenTheServerIsSilentToOneUntilItAnswersAnother) {
  pool = make_scripted(policy_of(3, 3));
  auto failed = find(1);
  const auto unanswered = workers[0]->await<read_batch>();
  auto stuck = find(2);
  const auto still_waiting = workers[1]->await<read_batch>();
  lose(0, unanswered, link_state::silent);
  EXPECT_EQ(code_of(failed), errc::database_unavailable);
  const auto check = workers[2]->await<check_connection>();
  auto refused = find(3);
  EXPECT_EQ(code_of(refused), errc::database_unavailable);
  EXPECT_FALSE(has_come(stuck));

  workers[2]->answer(check, batch_done{});
  world.settle(meter);
  auto found = find(4);
  answer(2, workers[2]->await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{4});
  answer(1, still_waiting);
  EXPECT_EQ(value_of(stuck)->id, user_id{2});
}

TEST_F(DatabaseWorkers, AreTriedAfterABatchIfTheyAreAlwaysBusy) {
  pool_policy policy = policy_of(1, 1);
  policy.health_interval = std::chrono::milliseconds{0};
  pool = make_scripted(policy);
  auto first = find(1);
  const auto batch = workers[0]->await<read_batch>();
  auto second = find(2);
  sweep();
  world.settle(meter);
  answer(0, batch);
  workers[0]->serve<check_connection>(batch_done{});
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(second)->id, user_id{2});
  EXPECT_EQ(workers[0]->count<check_connection>(), 2U);
}

TEST_F(DatabaseWorkers, AreTriedWhenTheyWereIdleForLong) {
  pool_policy policy = policy_of(1, 1);
  policy.health_interval = std::chrono::milliseconds{0};
  pool = make_scripted(policy);
  sweep();
  workers[0]->serve<check_connection>(batch_done{true});
  auto found = find(1);
  answer(0, workers[0]->await<read_batch>());
  EXPECT_EQ(value_of(found)->id, user_id{1});
}

TEST_F(DatabaseWorkers, OpenNoConnectionForABatchThatNobodyWaitsForAnyMore) {
  int opened = 0;
  connection_keeper keeper{[&opened] {
                             ++opened;
                             return open_throwing_store();
                           },
                           std::chrono::hours{1}};
  const auto refused = keeper.get(overdue().deadline);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::deadline_exceeded);
  EXPECT_EQ(opened, 0);
}

TEST_F(DatabaseWorkers, ReplaceAConnectionThatIsTooOld) {
  int opened = 0;
  connection_keeper keeper{[&opened] {
                             ++opened;
                             return open_throwing_store();
                           },
                           std::chrono::milliseconds{0}};
  ASSERT_TRUE(keeper.get());
  ASSERT_TRUE(keeper.get());
  EXPECT_EQ(opened, 2);
}

} // namespace
} // namespace maque::db

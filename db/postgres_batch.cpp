#include "db/postgres_batch.hpp"

#include "domain/time.hpp"

#include <pqxx/pqxx>

#include <random>
#include <string>
#include <utility>

namespace maque::db {
namespace {

constexpr int contentions_max = 5; // All pauses together: below 0.7 s.

} // namespace

write_outcomes every_one_failed(std::size_t count, const error& why) {
  write_outcomes outcomes;
  outcomes.assign(count, tl::unexpected{why});
  return outcomes;
}

write_outcomes postgres_batch::apply() {
  for (;;) {
    const auto connection = session_.connected();
    if (!connection) return every_one_failed(requests_.size(), to_error(connection.error()));
    const auto done = transact(**connection);
    if (done) return std::move(outcomes_);
    if (may_try_again(done.error().fault) && session_.has_time()) continue;
    // Nothing was done; or, if the connection was lost twice, nobody knows: not to be reported as
    // done, either.
    return every_one_failed(requests_.size(),
                            {errc::database_unavailable, {}, done.error().cause, {}});
  }
}

postgres_result<void> postgres_batch::transact(postgres_connection& connection) {
  const auto is_to_do = connection.attempt([&] { return begin(connection); });
  auto done = !is_to_do   ? tl::unexpected{is_to_do.error()}
              : *is_to_do ? perform(connection)
                          : postgres_result<void>{};
  if (done && *is_to_do) done = connection.attempt([&] { connection.run("COMMIT"); });
  if (!done || !*is_to_do) roll_back(connection);
  return done;
}

bool postgres_batch::begin(postgres_connection& connection) const {
  // In one exchange. The insert waits while an earlier attempt, on a connection that was lost, is
  // still being committed, and changes nothing if it was.
  const std::string begin =
      "BEGIN ISOLATION LEVEL READ COMMITTED; INSERT INTO writers (id, batch, written_at) VALUES (" +
      std::to_string(name_.writer) + ", " + std::to_string(name_.number) + ", " +
      std::to_string(to_unix_micros(system_time_source{}.now())) +
      ") ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, written_at = excluded.written_at"
      " WHERE writers.batch <> excluded.batch RETURNING id";
  return !connection.run(begin.c_str()).empty();
}

postgres_result<void> postgres_batch::perform(postgres_connection& connection) {
  if (one_by_one_) return perform_one_by_one(connection);
  return connection.attempt([&] { outcomes_ = postgres_writer{connection, requests_}.perform(); });
}

/// Slow, but one request that can't be done doesn't harm the others.
postgres_result<void> postgres_batch::perform_one_by_one(postgres_connection& connection) {
  outcomes_.clear();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    // Each may wait for a lock, and there may be hundreds.
    if (!session_.has_time()) {
      outcomes_.emplace_back(fail(errc::deadline_exceeded, {}, "no time was left for this one"));
      continue;
    }
    auto done = connection.attempt([&] {
      connection.run("SAVEPOINT request");
      auto outcomes = postgres_writer{connection, requests_.subspan(i, 1)}.perform();
      connection.run("RELEASE SAVEPOINT request");
      outcomes_.push_back(std::move(outcomes.front()));
    });
    if (done) continue;
    const bool alone = done.error().fault == postgres_fault::refused ||
                       done.error().fault == postgres_fault::locked;
    if (!alone) return done;
    outcomes_.emplace_back(tl::unexpected{to_error(done.error())});
    auto undone = connection.attempt(
        [&] { connection.run("ROLLBACK TO SAVEPOINT request; RELEASE SAVEPOINT request"); });
    if (!undone) return undone;
  }
  return {};
}

void postgres_batch::roll_back(postgres_connection& connection) {
  if (!connection.is_usable()) return;
  const auto undone = connection.attempt([&] { connection.run("ROLLBACK"); });
  // A connection with an open transaction must not be used again.
  if (!undone) session_.drop();
}

bool postgres_batch::may_try_again(postgres_fault fault) {
  switch (fault) {
  case postgres_fault::refused:
  case postgres_fault::locked:
    return !std::exchange(one_by_one_, true);
  case postgres_fault::contention:
    return ++contentions_ <= contentions_max && pause();
  case postgres_fault::lost:
    session_.drop();
    return !std::exchange(reconnected_, true);
  case postgres_fault::hung:
    // Another connection to the same server would be as silent.
    session_.drop();
    return false;
  case postgres_fault::unavailable:
  case postgres_fault::late:
    return false;
  }
  return false;
}

/// The other one has to get the lock that was given up, on a busy machine, too, before this one
/// wants it again: twice as long each time, and never the same. False if there is no time for that.
bool postgres_batch::pause() {
  std::random_device random;
  const int longest = 10 << contentions_;
  const int millis = std::uniform_int_distribution{longest / 2, longest}(random);
  if (!session_.has_time(std::chrono::milliseconds{millis})) return false;
  const auto connection = session_.connected();
  if (!connection) return false;
  const std::string sleep = "SELECT pg_sleep(" + std::to_string(millis) + " / 1000.0)";
  // If that fails, the next attempt does, too.
  static_cast<void>((*connection)->attempt([&] { (*connection)->run(sleep.c_str()); }));
  return true;
}

} // namespace maque::db

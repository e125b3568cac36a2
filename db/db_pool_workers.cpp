// The pool's workers: when they get batches, are asked whether they can, are started and ended.

#include "db/db_pool.hpp"
#include "domain/metering.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace maque::db {

db_pool_state::slot* db_pool_state::find_idle() noexcept {
  // The first one, so that those beyond what is needed stay idle and come to their end.
  const auto found = std::ranges::find_if(
      slots_, [](const slot& each) { return each.worker && each.state == condition::idle; });
  return found == slots_.end() ? nullptr : &*found;
}

bool db_pool_state::is_down() const noexcept {
  return silent_ || std::ranges::none_of(slots_, [](const slot& each) {
           return each.worker && (each.state == condition::idle || each.state == condition::busy);
         });
}

void db_pool_state::release(std::uint32_t place, const batch_done& done) {
  slot& freed = slots_[place];
  if (!freed.worker) return;
  freed.state = condition::idle;
  freed.since = std::chrono::steady_clock::now();
  if (done.usable) {
    freed.failures = 0;
    // One that came too late is usable, too, but has asked nobody.
    if (done.link == link_state::open) silent_ = false;
    if (std::exchange(freed.check_due, false)) probe(place);
  } else if (done.link == link_state::open) {
    probe(place); // Busy until it has said whether it was only this batch.
  } else {
    lose(place, done.link);
  }
}

void db_pool_state::probe(std::uint32_t place) {
  slot& probed = slots_[place];
  probed.state = probed.failures == 0 ? condition::busy : condition::probed;
  self_->request(probed.worker, caf::infinite, check_connection{})
      .then(
          [this, place](const batch_done& done) {
            end_probe(place, done);
            schedule_dispatch();
          },
          [this, place](const caf::error&) { end_probe(place, batch_done{false}); });
}

void db_pool_state::end_probe(std::uint32_t place, const batch_done& done) {
  slot& probed = slots_[place];
  if (!probed.worker) return;
  if (!done.usable) return lose(place, done.link);
  probed.state = condition::idle;
  probed.failures = 0;
  probed.checked = std::chrono::steady_clock::now();
  probed.check_due = false;
  silent_ = false;
}

void db_pool_state::lose(std::uint32_t place, link_state how) {
  const bool others_known = silent_;
  silent_ = silent_ || how == link_state::silent;
  give_up(place);
  if (silent_) fail_all();
  if (others_known) return;
  // Those that are busy will find out for themselves.
  for (std::uint32_t other = 0; other < slots_.size(); ++other)
    if (slots_[other].worker && slots_[other].state == condition::idle) probe(other);
}

void db_pool_state::start(std::uint32_t place) {
  slot& started = slots_[place];
  try {
    started.worker = start_worker_(place);
  } catch (const std::exception& failure) {
    // The system gives no more threads.
    context_.log.of(log::source::db)
        .line(log::level::error, nullptr, "a database worker can't be started",
              {{"cause", std::string_view{failure.what()}}});
    return place < policy_.base_workers ? give_up(place) : room_.give_back();
  }
  self_->monitor(started.worker);
  started.since = std::chrono::steady_clock::now();
  // It gets requests when it has a connection.
  probe(place);
}

void db_pool_state::grow(steady_time now) {
  const auto waits = [&](const auto& from) {
    return !from.empty() && now - from.front().asker.since >= policy_.grow_after;
  };
  if (!waits(reads_) && (writing_ || !waits(writes_))) return;
  // What others fail at, or one more failed at a moment ago, another would, too.
  if (now < grow_again_at_) return;
  if (std::ranges::any_of(slots_, [](const slot& each) { return each.failures > 0; })) return;
  const auto unused = std::ranges::find_if(
      slots_, [](const slot& each) { return !each.worker && each.state != condition::lost; });
  if (unused == slots_.end() || !room_.take()) return;
  start(static_cast<std::uint32_t>(unused - slots_.begin()));
}

void db_pool_state::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (std::uint32_t place = 0; place < slots_.size(); ++place) {
    slot& each = slots_[place];
    if (each.state == condition::lost && each.next <= now) {
      each.worker ? probe(place) : start(place);
    } else if (!each.worker) {
      continue;
    } else if (each.state == condition::idle && is_superfluous(place, now - each.since)) {
      end(place);
    } else if (now - each.checked >= policy_.health_interval) {
      // One that is always busy is asked between two batches.
      if (each.state == condition::idle)
        probe(place);
      else
        each.check_due = true;
    }
  }
  drop_overdue(now);
  note_waiting();
  grow(now);
  note_workers();
}

void db_pool_state::note_waiting() noexcept {
  if constexpr (is_metered) context_.database_meter.waiting(reads_.size() + writes_.size());
}

void db_pool_state::note_workers() noexcept {
  if constexpr (!is_metered) return;
  std::array<std::uint32_t, 3> counts{};
  for (const slot& each : slots_) {
    if (each.state == condition::lost || each.state == condition::probed)
      ++counts[2];
    else if (each.worker)
      ++counts[each.state == condition::busy ? 1 : 0];
  }
  context_.database_meter.workers(counts[0], counts[1], counts[2]);
}

bool db_pool_state::is_superfluous(std::uint32_t place, steady_time::duration idle) const noexcept {
  if (place < policy_.base_workers) return false;
  return idle >= (place < policy_.pool_workers ? policy_.idle_timeout : policy_.overflow_timeout);
}

void db_pool_state::replace(const caf::actor_addr& gone) {
  const auto found = std::ranges::find_if(
      slots_, [&gone](const slot& each) { return each.worker && each.worker == gone; });
  if (found == slots_.end()) return;
  const auto place = static_cast<std::uint32_t>(found - slots_.begin());
  found->worker = worker_actor{};
  if (place < policy_.base_workers) {
    // Not at once: one that dies of what it starts with would do so again and again.
    give_up(place);
  } else {
    *found = slot{};
    room_.give_back();
  }
}

void db_pool_state::end(std::uint32_t place) {
  caf::anon_send_exit(slots_[place].worker, caf::exit_reason::user_shutdown);
  slots_[place] = slot{};
  room_.give_back();
}

void db_pool_state::give_up(std::uint32_t place) {
  if (place >= policy_.base_workers) {
    grow_again_at_ = std::chrono::steady_clock::now() + policy_.retry_last;
    return end(place);
  }
  slot& given_up = slots_[place];
  given_up.state = condition::lost;
  given_up.next = std::chrono::steady_clock::now() + pauses_.pause_after(++given_up.failures);
  if (is_down()) fail_all();
}

} // namespace maque::db

#include "db/db_pool.hpp"

#include "domain/limits.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace maque::db {

db_pool_state::db_pool_state(actor_of<db_pool_actor> self, lane_context& context,
                             pool_policy policy, places& room, worker_starter start_worker,
                             writer_actor writer)
    : self_{self}, context_{context}, policy_{policy}, room_{room},
      start_worker_{std::move(start_worker)}, writer_{std::move(writer)},
      slots_(policy.max_workers), jitter_{context.home.index() + 1} {
  self_->set_down_handler([this](caf::down_msg& down) { replace(down.source); });
}

db_pool_state::~db_pool_state() {
  // CAF doesn't tell those who wait when a promise is dropped.
  fail_all();
  for (std::uint32_t place = 0; place < slots_.size(); ++place) {
    if (!slots_[place].worker) continue;
    caf::anon_send_exit(slots_[place].worker, caf::exit_reason::user_shutdown);
    if (place >= policy_.base_workers) room_.give_back();
  }
}

db_pool_actor::behavior_type db_pool_state::make_behavior() {
  // Not in the constructor: the actor is not complete until that ends, and workers answer at once.
  for (std::uint32_t place = 0; place < policy_.base_workers; ++place)
    start(place);
  const auto handler = [this]<class Reply, class Request>(std::type_identity<Reply>,
                                                          std::type_identity<Request>) {
    return [this](const request_context& context, Request& request) -> caf::result<Reply> {
      return gather<Reply>(context, std::move(request));
    };
  };
  return {
      handler(std::type_identity<std::optional<user>>{}, std::type_identity<find_user>{}),
      handler(std::type_identity<std::optional<session>>{}, std::type_identity<find_session>{}),
      handler(std::type_identity<std::vector<user>>{}, std::type_identity<user_page_query>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<list_ended_sessions>{}),
      handler(std::type_identity<std::vector<session>>{}, std::type_identity<list_sessions>{}),
      handler(std::type_identity<std::optional<config_snapshot>>{},
              std::type_identity<load_config>{}),
      handler(std::type_identity<user_admitted>{}, std::type_identity<admit_wechat_user>{}),
      handler(std::type_identity<user>{}, std::type_identity<update_profile>{}),
      handler(std::type_identity<session>{}, std::type_identity<rotate_refresh>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<end_sessions>{}),
      handler(std::type_identity<attempt_begun>{}, std::type_identity<begin_attempt>{}),
      handler(std::type_identity<user_admitted>{}, std::type_identity<open_password_session>{}),
      handler(std::type_identity<user_admitted>{}, std::type_identity<register_user>{}),
      handler(std::type_identity<user>{}, std::type_identity<add_credentials>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<change_password>{}),
      handler(std::type_identity<user>{}, std::type_identity<link_identity>{}),
      handler(std::type_identity<std::uint64_t>{}, std::type_identity<purge>{}),
      [this](const use_writer& given) { writer_ = given.writer; },
      [this](dispatch_gathered) { dispatch(); },
      [this](sweep_workers) { sweep(); },
  };
}

// Requests ---------------------------------------------------------------------------------------

template <class Reply, class Request>
caf::result<Reply> db_pool_state::gather(const request_context& context, Request request) {
  auto waiting = self_->template make_response_promise<Reply>();
  const auto refuse = [&](const error& why) {
    self_->meter().failed();
    waiting.deliver(to_caf(why));
    return waiting;
  };
  if (is_down()) return refuse(down_error());
  if (reads_.size() + writes_.size() >= limits::database_queue)
    return refuse(
        {errc::overloaded, {}, "too many requests wait for the database", std::chrono::seconds{1}});

  const auto now = std::chrono::steady_clock::now();
  caf::response_promise& untyped = waiting;
  queue_for<Request>().push_back(
      {std::move(request), now, std::min(context.deadline, now + policy_.queue_timeout), untyped});
  schedule_dispatch();
  return waiting;
}

template <class Request>
auto& db_pool_state::queue_for() {
  if constexpr (std::is_constructible_v<write_request, Request>)
    return writes_;
  else
    return reads_;
}

void db_pool_state::schedule_dispatch() {
  if (dispatch_scheduled_) return;
  dispatch_scheduled_ = true;
  // By way of the loop: behind the handlers of everything that this turn brought in.
  boost::asio::post(context_.home.io(), [self = caf::actor_cast<db_pool_actor>(self_)] {
    caf::anon_send(self, dispatch_gathered{});
  });
}

void db_pool_state::dispatch() {
  dispatch_scheduled_ = false;
  const auto now = std::chrono::steady_clock::now();
  // In turns, so that neither waits for ever where there is one worker for both.
  bool sent = true;
  while (sent) {
    sent = writes_next_ ? send_writes(now) || send_reads(now) : send_reads(now) || send_writes(now);
  }
  grow(now);
}

bool db_pool_state::send_writes(steady_time now) {
  if (writing_ || writes_.empty()) return false;
  slot* const idle = writer_ ? nullptr : find_idle();
  if (!writer_ && idle == nullptr) return false;
  std::vector<caf::response_promise> waiting;
  auto work = take_batch<write_outcome>(writes_, limits::write_batch, now, waiting);
  if (!work) return false;

  writing_ = true;
  writes_next_ = false;
  if (writer_) {
    run(writer_, work, std::move(waiting), [this](bool) { writing_ = false; });
    return true;
  }
  const auto place = static_cast<std::uint32_t>(idle - slots_.data());
  idle->state = condition::busy;
  run(idle->worker, work, std::move(waiting), [this, place](bool usable) {
    writing_ = false;
    release(place, usable);
  });
  return true;
}

bool db_pool_state::send_reads(steady_time now) {
  slot* const idle = reads_.empty() ? nullptr : find_idle();
  if (idle == nullptr) return false;
  std::vector<caf::response_promise> waiting;
  auto work = take_batch<read_outcome>(reads_, limits::read_batch, now, waiting);
  if (!work) return false;
  writes_next_ = true;

  const auto place = static_cast<std::uint32_t>(idle - slots_.data());
  idle->state = condition::busy;
  run(idle->worker, work, std::move(waiting),
      [this, place](bool usable) { release(place, usable); });
  return true;
}

/// Those that have waited too long are told so, and never sent; nothing if no other is left.
template <class Outcome, class Request>
std::shared_ptr<batch<Request, Outcome>>
db_pool_state::take_batch(queue<Request>& from, std::size_t batch_max, steady_time now,
                          std::vector<caf::response_promise>& waiting) {
  auto work = std::make_shared<batch<Request, Outcome>>();
  while (!from.empty() && work->requests.size() < batch_max) {
    pending<Request>& next = from.front();
    if (next.deadline > now) {
      work->requests.push_back(std::move(next.request));
      waiting.push_back(std::move(next.waiting));
    } else {
      refuse_overdue(next);
    }
    from.pop_front();
  }
  if (waiting.empty()) work.reset();
  return work;
}

template <class Worker, class Batch, class End>
void db_pool_state::run(const Worker& worker, Batch work,
                        std::vector<caf::response_promise> waiting, End on_end) {
  self_->request(worker, caf::infinite, work)
      .then(
          [this, work, waiting, on_end](batch_done done) mutable {
            on_end(done.usable);
            // First the next batch, so that the worker does not wait while answers are handed out.
            dispatch();
            settle(work, waiting);
          },
          [this, waiting, on_end](const caf::error& cause) mutable {
            on_end(false);
            settle_failed(waiting, cause);
            schedule_dispatch();
          });
}

template <class Batch>
void db_pool_state::settle(const Batch& work, std::vector<caf::response_promise>& waiting) {
  for (std::size_t index = 0; index < waiting.size(); ++index) {
    auto& outcome = work->outcomes[index];
    if (!outcome) {
      self_->meter().failed();
      waiting[index].deliver(to_caf(outcome.error()));
      continue;
    }
    std::visit([&](auto& value) { waiting[index].deliver(std::move(value)); }, *outcome);
  }
}

void db_pool_state::settle_failed(std::vector<caf::response_promise>& waiting,
                                  const caf::error& cause) {
  // Whether the writes of a worker that died are on disk is not known: never report them as done.
  const auto failure = to_caf(
      error{errc::database_unavailable, {}, "database worker: " + from_caf(cause).cause, {}});
  for (caf::response_promise& promise : waiting) {
    self_->meter().failed();
    promise.deliver(failure);
  }
}

// Workers ----------------------------------------------------------------------------------------

db_pool_state::slot* db_pool_state::find_idle() noexcept {
  // The first one, so that those beyond what is needed stay idle and come to their end.
  const auto found = std::ranges::find_if(
      slots_, [](const slot& each) { return each.worker && each.state == condition::idle; });
  return found == slots_.end() ? nullptr : &*found;
}

bool db_pool_state::is_down() const noexcept {
  return std::ranges::none_of(slots_, [](const slot& each) {
    return each.worker && (each.state == condition::idle || each.state == condition::busy);
  });
}

error db_pool_state::down_error() {
  return {errc::database_unavailable, {}, "no connection to the database", std::chrono::seconds{1}};
}

void db_pool_state::fail_all() {
  const auto fail = [this](auto& all) {
    for (auto& each : std::exchange(all, {})) {
      self_->meter().failed();
      each.waiting.deliver(to_caf(down_error()));
    }
  };
  fail(reads_);
  fail(writes_);
}

/// Those in front came first, so mostly their deadlines come first, too.
template <class Request>
void db_pool_state::drop_overdue(queue<Request>& from, steady_time now) {
  for (; !from.empty() && from.front().deadline <= now; from.pop_front())
    refuse_overdue(from.front());
}

template <class Request>
void db_pool_state::refuse_overdue(pending<Request>& late) {
  self_->meter().failed();
  late.waiting.deliver(
      to_caf(error{errc::deadline_exceeded, {}, "waited too long for the database", {}}));
}

void db_pool_state::release(std::uint32_t place, bool usable) {
  slot& freed = slots_[place];
  if (!freed.worker) return;
  freed.state = condition::idle;
  freed.since = std::chrono::steady_clock::now();
  if (usable)
    freed.failures = 0;
  else
    probe(place); // Busy until it has said whether it was only this batch.
}

void db_pool_state::probe(std::uint32_t place) {
  slot& probed = slots_[place];
  probed.state = probed.failures == 0 ? condition::busy : condition::probed;
  const auto end = [this, place](bool usable) {
    if (!slots_[place].worker) return;
    if (usable)
      release(place, true);
    else
      give_up(place);
  };
  self_->request(probed.worker, caf::infinite, check_connection{})
      .then(
          [this, end](batch_done done) {
            end(done.usable);
            schedule_dispatch();
          },
          [end](const caf::error&) { end(false); });
}

std::chrono::milliseconds db_pool_state::pause_after(std::uint32_t failures) {
  const std::uint32_t doublings = std::min(failures - 1, 16U);
  const auto longest = std::min(policy_.retry_first * (1U << doublings), policy_.retry_last);
  // Half of it is by chance, so that the workers of many servers don't come back all at once.
  std::uniform_int_distribution<std::int64_t> chance{longest.count() / 2, longest.count()};
  return std::chrono::milliseconds{chance(jitter_)};
}

void db_pool_state::start(std::uint32_t place) {
  slot& started = slots_[place];
  try {
    started.worker = start_worker_(place);
  } catch (const std::exception& failure) {
    // The system gives no more threads.
    context_.log.line(log::level::error, nullptr, "a database worker can't be started",
                      {{"cause", std::string_view{failure.what()}}});
    return place < policy_.base_workers ? give_up(place) : room_.give_back();
  }
  self_->monitor(started.worker);
  // It gets requests when it has a connection.
  probe(place);
}

void db_pool_state::grow(steady_time now) {
  const auto waits = [&](const auto& from) {
    return !from.empty() && now - from.front().since >= policy_.grow_after;
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
    } else if (each.state == condition::idle && now - each.since >= policy_.health_interval) {
      probe(place);
    }
  }
  drop_overdue(reads_, now);
  drop_overdue(writes_, now);
  grow(now);
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
  given_up.next = std::chrono::steady_clock::now() + pause_after(++given_up.failures);
  if (is_down()) fail_all();
}

} // namespace maque::db

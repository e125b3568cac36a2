#include "db/db_pool.hpp"

#include "actors/message_meter.hpp"
#include "domain/limits.hpp"
#include "domain/metering.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace maque::db {

db_pool_state::db_pool_state(actor_of<db_pool_actor> self, lane_context& context,
                             pool_policy policy, places& room, worker_starter start_worker,
                             writer_actor writer)
    : self_{self}, context_{context}, policy_{policy}, room_{room},
      start_worker_{std::move(start_worker)}, writer_{std::move(writer)},
      slots_(policy.max_workers), pauses_{{policy.retry_first, policy.retry_last},
                                          context.home.index() + 1} {
  self_->set_down_handler([this](caf::down_msg& down) { replace(down.source); });
}

db_pool_state::~db_pool_state() {
  // CAF doesn't tell those who wait when a promise is dropped.
  fail_all();
  for (waiters& waiting : under_way_)
    settle_failed(waiting, to_caf(error{errc::internal, {}, "its pool has ended", {}}));
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
      handler(std::type_identity<profile_page>{}, std::type_identity<user_page_query>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<list_ended_sessions>{}),
      handler(std::type_identity<std::vector<session>>{}, std::type_identity<list_sessions>{}),
      handler(std::type_identity<std::optional<stored_session_key>>{},
              std::type_identity<find_session_key>{}),
      handler(std::type_identity<std::optional<bound_phone>>{},
              std::type_identity<find_bound_phone>{}),
      handler(std::type_identity<std::optional<api_key>>{}, std::type_identity<find_api_key>{}),
      handler(std::type_identity<std::optional<config_snapshot>>{},
              std::type_identity<load_config>{}),
      handler(std::type_identity<std::vector<config_item>>{},
              std::type_identity<list_config_items>{}),
      handler(std::type_identity<std::optional<config_item>>{},
              std::type_identity<find_config_item>{}),
      handler(std::type_identity<config_history>{}, std::type_identity<list_config_history>{}),
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
      handler(std::type_identity<bound_phone>{}, std::type_identity<bind_phone_number>{}),
      handler(std::type_identity<std::uint64_t>{}, std::type_identity<touch_api_key>{}),
      handler(std::type_identity<std::uint64_t>{}, std::type_identity<purge>{}),
      handler(std::type_identity<std::vector<audit_entry>>{},
              std::type_identity<audit_page_query>{}),
      handler(std::type_identity<std::vector<session>>{}, std::type_identity<session_page_query>{}),
      handler(std::type_identity<std::vector<account>>{}, std::type_identity<account_search>{}),
      handler(std::type_identity<std::uint64_t>{}, std::type_identity<record_action>{}),
      handler(std::type_identity<user>{}, std::type_identity<confirm_password>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<set_user_disabled>{}),
      handler(std::type_identity<config_item>{}, std::type_identity<save_config_draft>{}),
      handler(std::type_identity<config_item>{}, std::type_identity<publish_config_value>{}),
      handler(std::type_identity<config_item>{}, std::type_identity<remove_config_value>{}),
      handler(std::type_identity<config_item>{}, std::type_identity<discard_config_draft>{}),
      handler(std::type_identity<config_item>{}, std::type_identity<roll_back_config_value>{}),
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
    failed(why);
    waiting.deliver(to_caf(why));
    return waiting;
  };
  constexpr bool is_write = std::is_constructible_v<write_request, Request>;
  if constexpr (is_metered) context_.database_meter.asked(is_write);
  if (is_down()) return refuse(down_error());
  if (reads_.size() + writes_.size() >= limits::database_queue)
    return refuse(
        {errc::overloaded, {}, "too many requests wait for the database", std::chrono::seconds{1}});

  const auto now = std::chrono::steady_clock::now();
  caf::response_promise& untyped = waiting;
  const bool is_traced = context.trail && context.trail->records_spans();
  queue_for<Request>().push_back(
      {std::move(request),
       context.deadline,
       std::min(context.deadline, now + policy_.queue_timeout),
       {untyped, now, context.trace, context.trail, is_traced ? context.trail->current() : 0}});
  note_waiting();
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
  note_waiting();
  grow(now);
}

bool db_pool_state::send_writes(steady_time now) {
  if (writing_ || writes_.empty()) return false;
  slot* const idle = writer_ ? nullptr : find_idle();
  if (!writer_ && idle == nullptr) return false;
  waiters waiting;
  auto work = take_batch<write_outcome>(writes_, limits::write_batch, now, waiting);
  if (!work) return false;

  writing_ = true;
  writes_next_ = false;
  if (writer_) {
    run(writer_, work, std::move(waiting), [this](const batch_done&) { writing_ = false; });
    return true;
  }
  const auto place = static_cast<std::uint32_t>(idle - slots_.data());
  idle->state = condition::busy;
  run(idle->worker, work, std::move(waiting), [this, place](const batch_done& done) {
    writing_ = false;
    release(place, done);
  });
  return true;
}

bool db_pool_state::send_reads(steady_time now) {
  slot* const idle = reads_.empty() ? nullptr : find_idle();
  if (idle == nullptr) return false;
  waiters waiting;
  auto work = take_batch<read_outcome>(reads_, limits::read_batch, now, waiting);
  if (!work) return false;
  writes_next_ = true;

  const auto place = static_cast<std::uint32_t>(idle - slots_.data());
  idle->state = condition::busy;
  run(idle->worker, work, std::move(waiting),
      [this, place](const batch_done& done) { release(place, done); });
  return true;
}

/// Those that have waited too long are told so, and never sent; nothing if no other is left.
template <class Outcome, class Request>
std::shared_ptr<batch<Request, Outcome>>
db_pool_state::take_batch(queue<Request>& from, std::size_t batch_max, steady_time now,
                          waiters& waiting) {
  auto work = std::make_shared<batch<Request, Outcome>>();
  work->deadline = steady_time::min();
  while (!from.empty() && work->requests.size() < batch_max) {
    pending<Request>& next = from.front();
    if (next.wait_until > now) {
      work->deadline = std::max(work->deadline, next.deadline);
      work->requests.push_back(std::move(next.request));
      waiting.push_back(std::move(next.asker));
    } else {
      refuse_overdue(next);
    }
    from.pop_front();
  }
  if (waiting.empty()) {
    work.reset();
  } else if constexpr (is_metered) {
    constexpr bool is_write = std::is_same_v<Request, write_request>;
    context_.database_meter.batch_sent(is_write, waiting.size(), now - waiting.front().since);
  }
  return work;
}

template <class Worker, class Batch, class End>
void db_pool_state::run(const Worker& worker, Batch work, waiters waiting, End on_end) {
  const auto kept = under_way_.insert(under_way_.end(), std::move(waiting));
  const auto sent = std::chrono::steady_clock::now();
  self_->request(worker, caf::infinite, work)
      .then(
          [this, work, kept, on_end, sent](const batch_done& done) mutable {
            const passage took{sent, std::chrono::steady_clock::now()};
            on_end(done);
            // First the next batch, so that the worker does not wait while answers are handed out.
            dispatch();
            report(work, *kept, took);
            settle(work, *kept);
            under_way_.erase(kept);
          },
          [this, kept, on_end](const caf::error& cause) mutable {
            on_end(batch_done{false});
            settle_failed(*kept, cause);
            under_way_.erase(kept);
            schedule_dispatch();
          });
}

template <class Batch>
void db_pool_state::settle(const Batch& work, waiters& waiting) {
  for (std::size_t index = 0; index < waiting.size(); ++index) {
    auto& outcome = work->outcomes[index];
    if (!outcome) {
      failed(outcome.error());
      waiting[index].promise.deliver(to_caf(outcome.error()));
      continue;
    }
    std::visit([&](auto& value) { waiting[index].promise.deliver(std::move(value)); }, *outcome);
  }
}

void db_pool_state::settle_failed(waiters& waiting, const caf::error& cause) {
  // Whether the writes of a worker that died are on disk is not known: never report them as done.
  const error why{errc::database_unavailable, {}, "database worker: " + from_caf(cause).cause, {}};
  const auto failure = to_caf(why);
  for (waiter& each : waiting) {
    if (!each.promise.pending()) continue;
    failed(why);
    each.promise.deliver(failure);
  }
}

error db_pool_state::down_error() {
  return {errc::database_unavailable, {}, "no connection to the database", std::chrono::seconds{1}};
}

void db_pool_state::fail_all() {
  const auto fail = [this](auto& all) {
    for (auto& each : std::exchange(all, {})) {
      failed(down_error());
      each.asker.promise.deliver(to_caf(down_error()));
    }
  };
  fail(reads_);
  fail(writes_);
  note_waiting();
}

void db_pool_state::drop_overdue(steady_time now) {
  drop_overdue(reads_, now);
  drop_overdue(writes_, now);
}

/// Those in front came first, so mostly their deadlines come first, too.
template <class Request>
void db_pool_state::drop_overdue(queue<Request>& from, steady_time now) {
  for (; !from.empty() && from.front().wait_until <= now; from.pop_front())
    refuse_overdue(from.front());
}

template <class Request>
void db_pool_state::refuse_overdue(pending<Request>& late) {
  const error why{errc::deadline_exceeded, {}, "waited too long for the database", {}};
  failed(why);
  late.asker.promise.deliver(to_caf(why));
}

// Measuring --------------------------------------------------------------------------------------

namespace {

/// The alternative that a request is: find_user, update_profile…
template <class Request>
const std::type_info& kind_of(const Request& request) {
  return std::visit([]<class Kind>(const Kind&) -> const std::type_info& { return typeid(Kind); },
                    request);
}

/// The kinds of a batch's requests, each once: "find_session,find_user".
template <class Request>
std::string kinds_of(const std::vector<Request>& requests) {
  std::set<std::string> kinds;
  for (const Request& each : requests)
    kinds.insert(shown_kind(kind_of(each).name()));
  std::string text;
  for (const std::string& each : kinds)
    text.append(text.empty() ? "" : ",").append(each);
  return text;
}

std::int64_t micros(steady_time::duration took) noexcept {
  return took / std::chrono::microseconds{1};
}

} // namespace

template <class Batch>
void db_pool_state::report(const Batch& work, const waiters& waiting, passage took) {
  if (took.done - took.sent >= context_.slow_query.value_or(policy_.slow_query))
    log_slow(work, waiting, took);
  if constexpr (is_metered) {
    context_.database_meter.batch_done(took.done - took.sent);
    for (std::size_t index = 0; index < waiting.size(); ++index) {
      const waiter& who = waiting[index];
      if (!who.trail) continue;
      who.trail->add_database(took.done - who.since);
      if (who.trail->records_spans()) record_span(work, index, who, took);
    }
  }
}

/// Nothing of what is in the requests: their values are users' data.
template <class Batch>
void db_pool_state::log_slow(const Batch& work, const waiters& waiting, passage took) {
  const log::channel log = context_.log.of(log::source::db);
  if (!log.enabled(log::level::warn)) return;
  const std::string kinds = kinds_of(work->requests);
  // The one that waited longest, and one more of those who came with it.
  const waiter& first = waiting.front();
  const std::string second =
      waiting.back().trace == first.trace ? "" : to_string(waiting.back().trace);
  // The server's own look-ups belong to no request.
  const trace_id* const trace = first.trace == trace_id{} ? nullptr : &first.trace;
  log.line(log::level::warn, trace, "slow query",
           {{"kinds", std::string_view{kinds}},
            {"requests", std::uint64_t{waiting.size()}},
            {"waiting_us", micros(took.sent - first.since)},
            {"working_us", micros(took.done - took.sent)},
            {"other_trace_id", std::string_view{second}}});
}

template <class Batch>
void db_pool_state::record_span(const Batch& work, std::size_t index, const waiter& who,
                                passage took) {
  trail_span span;
  span.parent = who.parent;
  span.name = "database";
  span.message = &kind_of(work->requests[index]);
  span.outbound = true;
  span.failed = !work->outcomes[index].has_value();
  span.start = who.since;
  span.end = took.done;
  span.notes[0] = {"db.operation.batch.size", static_cast<std::int64_t>(work->requests.size())};
  span.notes[1] = {"maque.waiting_us", micros(took.sent - who.since)};
  span.notes[2] = {"maque.working_us", micros(took.done - took.sent)};
  who.trail->record(span);
}

void db_pool_state::failed(const error& why) {
  self_->meter().failed(why);
  if constexpr (is_metered) context_.database_meter.failed();
}

} // namespace maque::db

#include "db/db_pool.hpp"

#include "domain/limits.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <type_traits>
#include <utility>

namespace maque::db {

db_pool_actor::behavior_type db_pool_state::make_behavior() {
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
      handler(std::type_identity<std::optional<config_snapshot>>{},
              std::type_identity<load_config>{}),
      handler(std::type_identity<user_admitted>{}, std::type_identity<admit_wechat_user>{}),
      handler(std::type_identity<user>{}, std::type_identity<update_profile>{}),
      handler(std::type_identity<session>{}, std::type_identity<rotate_refresh>{}),
      handler(std::type_identity<ended_sessions>{}, std::type_identity<end_sessions>{}),
      [this](const use_workers& workers) { workers_ = workers; },
      [this](dispatch_gathered) { dispatch(); },
  };
}

template <class Reply, class Request>
caf::result<Reply> db_pool_state::gather(const request_context& context, Request request) {
  auto waiting = self_->template make_response_promise<Reply>();
  if (reads_.gathered.size() + writes_.gathered.size() >= limits::database_queue) {
    self_->meter().failed();
    waiting.deliver(to_caf(error{
        errc::overloaded, {}, "too many requests wait for the database", std::chrono::seconds{1}}));
    return waiting;
  }
  caf::response_promise& untyped = waiting;
  auto& target = channel_for<Request>();
  target.gathered.push_back({std::move(request), context.deadline, untyped});
  // A busy worker's reply brings the next batch.
  if (!target.busy) schedule_dispatch();
  return waiting;
}

template <class Request>
auto& db_pool_state::channel_for() {
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
  dispatch<read_outcome>(reads_, workers_.reader, limits::read_batch);
  dispatch<write_outcome>(writes_, workers_.writer, limits::write_batch);
}

template <class Outcome, class Request, class Worker>
void db_pool_state::dispatch(channel<Request>& from, const Worker& worker, std::size_t batch_max) {
  if (from.busy || from.gathered.empty()) return;
  auto work = std::make_shared<batch<Request, Outcome>>();
  std::vector<caf::response_promise> waiting;
  const auto now = std::chrono::steady_clock::now();
  while (!from.gathered.empty() && work->requests.size() < batch_max) {
    pending<Request>& next = from.gathered.front();
    if (next.deadline > now) {
      work->requests.push_back(std::move(next.request));
      waiting.push_back(std::move(next.waiting));
    } else {
      self_->meter().failed();
      next.waiting.deliver(
          to_caf(error{errc::deadline_exceeded, {}, "waited too long for the database", {}}));
    }
    from.gathered.pop_front();
  }
  if (waiting.empty()) return;

  from.busy = true;
  self_->request(worker, caf::infinite, work)
      .then(
          [this, &from, work, waiting](batch_done) mutable {
            from.busy = false;
            settle(from, work, waiting);
          },
          [this, &from, waiting](const caf::error& cause) mutable {
            from.busy = false;
            settle_failed(waiting, cause);
            schedule_dispatch();
          });
}

template <class Batch, class Request>
void db_pool_state::settle(channel<Request>& from, const Batch& work,
                           std::vector<caf::response_promise>& waiting) {
  // First the next batch, so that the worker does not wait while answers are handed out.
  if (!from.gathered.empty()) dispatch();
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

} // namespace maque::db

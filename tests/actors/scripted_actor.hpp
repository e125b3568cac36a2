#pragma once

#include "actor_world.hpp"
#include "actors/protocol.hpp"

#include <caf/response_promise.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace maque::test {

/// A request that a scripted actor has taken and a test has to answer.
template <class Request>
struct asked {
  Request request;
  caf::response_promise waiting;
};

/// The requests of one kind, in the order in which they came. Thread-safe.
template <class Request>
class arrivals {
public:
  void add(asked<Request> arrived) {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(arrived));
    ++count_;
    changed_.notify_all();
  }

  asked<Request> await() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [this] { return !waiting_.empty(); }))
      throw std::runtime_error{"a scripted actor was not asked"};
    asked<Request> first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  std::size_t count() const {
    const std::lock_guard lock{mutex_};
    return count_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<asked<Request>> waiting_;
  std::size_t count_ = 0;
};

/// The clauses of a scripted actor: a request with its context, a request without, a message that
/// has no answer and is ignored.
template <class Reply, class Request>
struct on_request {
  using request = Request;
};
template <class Reply, class Request>
struct on_message {
  using request = Request;
};
template <class Notice>
struct on_notice {
  using request = Notice;
};

/// Takes what comes, and answers when a test says so.
template <class Handle, class... Clauses>
class scripted_state {
public:
  static constexpr const char* name = "scripted";
  using interface = typename Handle::template extend<caf::reacts_to<carry_out>>;
  using script = std::tuple<arrivals<typename Clauses::request>...>;

  scripted_state(actor_of<interface> self, script& taken) : self_{self}, taken_{taken} {}

  typename interface::behavior_type make_behavior() {
    return {handler(Clauses{})..., [](const carry_out& order) { order.action(); }};
  }

private:
  template <class Reply, class Request>
  auto handler(on_request<Reply, Request>) {
    return [this](const request_context&, const Request& request) -> caf::result<Reply> {
      return take<Reply>(request);
    };
  }
  template <class Reply, class Request>
  auto handler(on_message<Reply, Request>) {
    return [this](const Request& request) -> caf::result<Reply> { return take<Reply>(request); };
  }
  template <class Notice>
  auto handler(on_notice<Notice>) {
    return [](const Notice&) {};
  }

  template <class Reply, class Request>
  caf::result<Reply> take(const Request& request) {
    auto waiting = self_->template make_response_promise<Reply>();
    caf::response_promise& untyped = waiting;
    std::get<arrivals<Request>>(taken_).add({request, untyped});
    return waiting;
  }

  actor_of<interface> self_;
  script& taken_;
};

/// The test's side of a scripted actor.
template <class Handle, class... Clauses>
class scripted {
public:
  using state = scripted_state<Handle, Clauses...>;

  explicit scripted(actor_world& world)
      : world_{world}, handle_{spawn_coordinator<typename state::interface, state>(
                           world.system, meter_, std::ref(taken_))} {}
  ~scripted() { world_.end(caf::actor_cast<caf::actor>(handle_)); }
  scripted(const scripted&) = delete;
  scripted& operator=(const scripted&) = delete;

  const typename state::interface& handle() const noexcept { return handle_; }

  /// The next request of this kind; waits for it.
  template <class Request>
  asked<Request> await() {
    return std::get<arrivals<Request>>(taken_).await();
  }

  /// Returns when all that was sent to the actor before is taken, and all answers are sent.
  void settle() {
    run_and_wait([] {});
  }

  /// How many requests of this kind were sent before this call.
  template <class Request>
  std::size_t count() {
    settle();
    return std::get<arrivals<Request>>(taken_).count();
  }

  /// When this returns, the answer is in the mailbox of the actor that asked.
  template <class Request, class Reply>
  void answer(const asked<Request>& question, Reply reply) {
    run_and_wait([waiting = question.waiting, reply = std::move(reply)]() mutable {
      waiting.deliver(std::move(reply));
    });
  }

  template <class Request>
  void fail(const asked<Request>& question, errc code) {
    answer(question, to_caf(error{code, {}, {}, {}}));
  }

  /// Waits for the next request of this kind and answers it.
  template <class Request, class Reply>
  Request serve(Reply reply) {
    asked<Request> question = await<Request>();
    answer(question, std::move(reply));
    return question.request;
  }

private:
  /// What the action brings about may be that the actor is ended.
  template <class Action>
  void run_and_wait(Action action) {
    std::promise<void> done;
    caf::anon_send(handle_, carry_out{[&done, action = std::move(action)]() mutable {
                     action();
                     done.set_value();
                   }});
    if (done.get_future().wait_for(patience) != std::future_status::ready)
      throw std::runtime_error{"a scripted actor does not run"};
  }

  actor_world& world_;
  typename state::script taken_;
  actor_meter meter_{state::name, 0, 1};
  typename state::interface handle_;
};

using scripted_database = scripted<
    database_actor, on_request<std::optional<user>, find_user>,
    on_request<std::optional<session>, find_session>, on_request<profile_page, user_page_query>,
    on_request<ended_sessions, list_ended_sessions>,
    on_request<std::vector<session>, list_sessions>,
    on_request<std::optional<stored_session_key>, find_session_key>,
    on_request<std::optional<bound_phone>, find_bound_phone>,
    on_request<std::optional<api_key>, find_api_key>,
    on_request<std::optional<config_snapshot>, load_config>,
    on_request<std::vector<config_item>, list_config_items>,
    on_request<std::optional<config_item>, find_config_item>,
    on_request<config_history, list_config_history>, on_request<user_admitted, admit_wechat_user>,
    on_request<user, update_profile>, on_request<session, rotate_refresh>,
    on_request<ended_sessions, end_sessions>, on_request<attempt_begun, begin_attempt>,
    on_request<user_admitted, open_password_session>, on_request<user_admitted, register_user>,
    on_request<user, add_credentials>, on_request<ended_sessions, change_password>,
    on_request<user, link_identity>, on_request<bound_phone, bind_phone_number>,
    on_request<std::uint64_t, touch_api_key>, on_request<std::uint64_t, purge>,
    on_request<config_item, save_config_draft>, on_request<config_item, publish_config_value>,
    on_request<config_item, remove_config_value>, on_request<config_item, discard_config_draft>,
    on_request<config_item, roll_back_config_value>,
    on_request<std::vector<audit_entry>, audit_page_query>,
    on_request<std::vector<session>, session_page_query>,
    on_request<std::vector<account>, account_search>, on_request<std::uint64_t, record_action>,
    on_request<user, confirm_password>, on_request<ended_sessions, set_user_disabled>>;

using scripted_user =
    scripted<user_actor, on_request<user, find_user>, on_request<user, change_profile>,
             on_request<profile_page, user_page_query>,
             on_message<announcement_applied, replace_cached_user>>;

using scripted_session =
    scripted<session_actor, on_request<session_opened, issue_tokens>,
             on_request<session_refreshed, refresh_session>, on_request<logged_out, log_out>,
             on_request<logged_out, end_session>, on_request<std::vector<session>, list_sessions>,
             on_request<announcement_applied, announce_ended>, on_notice<look_for_ended_sessions>,
             on_notice<purge_database>, on_message<announcement_applied, revoke_sessions>,
             on_request<announcement_applied, reload_revocations>>;

using scripted_passwords =
    scripted<password_hasher_actor, on_request<password_hashed, hash_password>,
             on_request<password_verified, verify_password>>;

using scripted_wechat = scripted<
    wechat_client_actor, on_request<code_exchanged, exchange_code>,
    on_request<access_token_fetched, fetch_access_token>,
    on_request<phone_number, find_phone_number>, on_request<session_key_checked, check_session_key>,
    on_request<session_key_reset, reset_session_key>, on_request<text_checked, check_text>,
    on_request<message_sent, send_subscribe_message>, on_request<code_image, make_code_image>,
    on_request<scheme_made, make_scheme>, on_request<url_link_made, make_url_link>,
    on_request<quota, find_quota>, on_request<rid_details, find_rid>>;

} // namespace maque::test

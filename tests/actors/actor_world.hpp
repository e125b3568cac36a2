#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "support/patience.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {

/// Something for an actor to do in its own thread.
struct carry_out {
  std::function<void()> action;
};

} // namespace maque::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::test::carry_out)

namespace maque::test {

/// A clock that stands until it is moved.
class manual_clock final : public time_source {
public:
  utc_time now() const override { return from_unix_micros(micros_); }
  void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
  std::atomic<std::int64_t> micros_{1'795'608'000'000'000};
};

/// Asks in the name of a test. The answers go through its own thread.
using asking_actor = caf::typed_actor<caf::reacts_to<carry_out>>;

class asking_state {
public:
  static constexpr const char* name = "asking";

  asking_state(actor_of<asking_actor> self, std::promise<actor_of<asking_actor>>& made) {
    made.set_value(self);
  }

  asking_actor::behavior_type make_behavior() {
    return {[](const carry_out& order) { order.action(); }};
  }
};

template <class Reply>
using pending_reply = std::future<result<Reply>>;

template <class Reply>
bool has_come(const pending_reply<Reply>& pending) {
  return pending.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

/// The answer; waits for it.
template <class Reply>
result<Reply> outcome_of(pending_reply<Reply>& pending) {
  if (pending.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error{"there was no answer"};
  return pending.get();
}

template <class Reply>
Reply value_of(pending_reply<Reply>& pending) {
  auto outcome = outcome_of(pending);
  if (!outcome) {
    throw std::runtime_error{std::string{info(outcome.error().code).name} + ": " +
                             outcome.error().cause};
  }
  return std::move(*outcome);
}

template <class Reply>
errc code_of(pending_reply<Reply>& pending) {
  const auto outcome = outcome_of(pending);
  if (outcome) throw std::runtime_error{"expected a failure"};
  return outcome.error().code;
}

/// One lane and what its actors share. The actors are to be spawned before run().
struct lane_stage {
  lane_stage(caf::actor_system& system, std::uint32_t index, const time_source& clock,
             log::logger& log)
      : home{system, index}, context{home, clock, log, index + 1} {}

  lane home;
  lane_context context;
  std::thread thread;
};

/// An actor system, lanes with threads of their own, a log, and somebody who asks.
class actor_world {
public:
  explicit actor_world(std::uint32_t lanes = 1) {
    for (std::uint32_t index = 0; index < lanes; ++index)
      lanes_.push_back(std::make_unique<lane_stage>(system, index, clock, log));
    std::promise<actor_of<asking_actor>> made;
    asking_ =
        keep(spawn_coordinator<asking_actor, asking_state>(system, add_meter(), std::ref(made)));
    asking_self_ = made.get_future().get();
  }
  ~actor_world() {
    run();
    for (auto actor = actors_.rbegin(); actor != actors_.rend(); ++actor)
      end(*actor);
    actors_.clear();
    for (const auto& stage : lanes_) {
      stage->home.stop();
      stage->thread.join();
    }
  }
  actor_world(const actor_world&) = delete;
  actor_world& operator=(const actor_world&) = delete;

  lane& home(std::size_t index = 0) { return lanes_.at(index)->home; }
  lane_context& context(std::size_t index = 0) { return lanes_.at(index)->context; }

  actor_meter& add_meter() {
    return *meters_.emplace_back(std::make_unique<actor_meter>("tested", 0, 1));
  }

  /// The world ends it when the test is over.
  template <class Handle>
  Handle keep(Handle actor) {
    actors_.push_back(caf::actor_cast<caf::actor>(actor));
    return actor;
  }

  template <class Handle, class State, class... Args>
  Handle spawn(std::size_t index, actor_meter& meter, Args&&... args) {
    return keep(spawn_on<Handle, State>(home(index), meter, std::forward<Args>(args)...));
  }

  /// From now on the lanes serve.
  void run() {
    for (const auto& stage : lanes_)
      if (!stage->thread.joinable()) stage->thread = std::thread{[&stage] { stage->home.run(); }};
  }

  /// Asks an actor. What is asked one after another arrives in that order.
  template <class Reply, class Handle, class... Message>
  pending_reply<Reply> ask(const Handle& receiver, Message... message) {
    const auto answer = std::make_shared<std::promise<result<Reply>>>();
    auto pending = answer->get_future();
    const auto send = [this, answer, receiver, message...]() mutable {
      asking_self_->request(receiver, caf::infinite, std::move(message)...)
          .then([answer](Reply& reply) { answer->set_value(std::move(reply)); },
                [answer](const caf::error& cause) {
                  answer->set_value(tl::unexpected{from_caf(cause)});
                });
    };
    caf::anon_send(asking_, carry_out{send});
    return pending;
  }

  /// Returns when the actor of this meter has taken up all that was asked before.
  void settle(const actor_meter& meter) {
    std::promise<void> sent;
    caf::anon_send(asking_, carry_out{[&sent] { sent.set_value(); }});
    sent.get_future().get();
    await([&meter] { return meter.read().mailbox_now == 0; }, "an actor does not come to rest");
  }

  /// Runs `action` in the lane's thread and waits for it.
  void on_lane(std::size_t index, const std::function<void(lane_context&)>& action) {
    std::promise<void> done;
    boost::asio::post(home(index).io(), [&] {
      action(context(index));
      done.set_value();
    });
    done.get_future().get();
  }

  /// Ends an actor and waits until it has ended.
  void end(const caf::actor& actor) {
    std::promise<void> ended;
    actor->attach_functor([&ended] { ended.set_value(); });
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    ended.get_future().get();
  }

  /// What was logged so far.
  std::string logged() {
    writer_.flush(std::chrono::steady_clock::now() + patience);
    std::ostringstream text;
    text << std::ifstream{folder_.path() / "test.log"}.rdbuf();
    return text.str();
  }

private:
  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    config.set("scheduler.policy", caf::atom("sharing"));
    return config;
  }

  temporary_folder folder_;
  log::writer writer_{{.file = folder_.path() / "test.log"}};
  caf::actor_system_config config_;
  std::vector<std::unique_ptr<actor_meter>> meters_;

public:
  manual_clock clock;
  log::logger log{writer_, log::level::trace};
  caf::actor_system system{configure(config_)};

private:
  std::vector<std::unique_ptr<lane_stage>> lanes_;
  std::vector<caf::actor> actors_;
  asking_actor asking_;
  actor_of<asking_actor> asking_self_ = nullptr;
};

/// A request that has time.
inline request_context in_time() {
  return {trace_id{}, std::chrono::steady_clock::now() + patience};
}

/// A request that came too late.
inline request_context overdue() {
  return {trace_id{}, std::chrono::steady_clock::now() - std::chrono::milliseconds{1}};
}

} // namespace maque::test

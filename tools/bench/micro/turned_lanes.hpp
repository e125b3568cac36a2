#pragma once

#include "actors/actor_meter.hpp"
#include "actors/lane.hpp"
#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "domain/time.hpp"
#include "telemetry/log.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace maque::bench {

/// Two lanes whose loops one thread turns, one after the other. What goes from one to the other
/// takes the same way as between two threads, posts and wake-ups included; but when it is taken up
/// is no matter of chance, so it costs the same each time.
class turned_lanes {
public:
  turned_lanes() = default;
  ~turned_lanes() {
    for (const hosted& each : actors_) {
      caf::anon_send_exit(each.actor, caf::exit_reason::user_shutdown);
      while (each.meter->read().alive > 0)
        turn();
    }
    actors_.clear(); // The actor system waits for them.
  }
  turned_lanes(const turned_lanes&) = delete;
  turned_lanes& operator=(const turned_lanes&) = delete;

  lane_context& context(std::size_t index) { return stages_.at(index).context; }

  /// Actors end in the order in which they are spawned.
  template <class Handle, class State, class... Args>
  Handle spawn(std::size_t index, Args&&... args) {
    lane& home = stages_.at(index).home;
    auto meter = std::make_unique<actor_meter>(State::name, home.index(), sample_every);
    auto spawned = spawn_on<Handle, State>(home, *meter, std::forward<Args>(args)...);
    actors_.push_back({std::move(meter), caf::actor_cast<caf::actor>(spawned)});
    return spawned;
  }

  /// Turns the loops until nothing is left to do.
  void turn_until_idle() {
    while (turn() > 0) {
    }
  }

private:
  /// As in a server.
  static constexpr std::uint32_t sample_every = 16;

  struct stage {
    stage(turned_lanes& all, std::uint32_t index)
        : home{all.system_, index}, context{home, all.clock_, all.log_, index + 1} {}
    lane home;
    lane_context context;
  };
  struct hosted {
    std::unique_ptr<actor_meter> meter;
    caf::actor actor;
  };

  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    config.set("scheduler.policy", caf::atom("sharing"));
    return config;
  }

  /// How many handlers ran.
  std::size_t turn() {
    std::size_t ran = 0;
    for (stage& each : stages_)
      ran += each.home.io().poll();
    return ran;
  }

  log::writer writer_{{.file = "/dev/null"}};
  log::logger log_{writer_, log::level::info};
  system_time_source clock_;
  caf::actor_system_config config_;
  caf::actor_system system_{configure(config_)};
  std::array<stage, 2> stages_{stage{*this, 0}, stage{*this, 1}};
  std::vector<hosted> actors_;
};

/// Orders rounds of questions.
struct ask_rounds {
  std::size_t rounds = 0;
};

} // namespace maque::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::bench::ask_rounds)

namespace maque::bench {

using asker_actor = caf::typed_actor<caf::reacts_to<ask_rounds>>;

/// Asks `receiver` so many questions at once, and the next ones when all of them are answered.
template <class Receiver, class Reply, class Question>
class asker_state {
public:
  static constexpr const char* name = "asker";

  /// @param question makes the request with this number, 0 to `at_once` - 1.
  /// @param answered counts the rounds; has to outlive the actor.
  asker_state(actor_of<asker_actor> self, Receiver receiver, std::size_t at_once, Question question,
              std::size_t& answered)
      : self_{self}, receiver_{std::move(receiver)}, at_once_{at_once},
        question_{std::move(question)}, answered_{answered} {}

  asker_actor::behavior_type make_behavior() {
    return {[this](ask_rounds order) {
      rounds_left_ = order.rounds;
      ask();
    }};
  }

private:
  void ask() {
    answers_left_ = at_once_;
    for (std::size_t number = 0; number < at_once_; ++number)
      self_->request(receiver_, caf::infinite, context_, question_(number))
          .then([this](const Reply&) { take_answer(); },
                [](const caf::error&) { throw std::logic_error{"a question failed"}; });
  }

  void take_answer() {
    if (--answers_left_ > 0) return;
    ++answered_;
    if (--rounds_left_ > 0) ask();
  }

  actor_of<asker_actor> self_;
  Receiver receiver_;
  std::size_t at_once_;
  Question question_;
  std::size_t& answered_;
  std::size_t rounds_left_ = 0;
  std::size_t answers_left_ = 0;
  request_context context_{trace_id{}, steady_time::max()};
};

/// Lets an asker do so many rounds; `answered` is what it counts them in. Throws unless all are
/// answered.
inline void ask(turned_lanes& lanes, const asker_actor& asker, std::size_t rounds,
                std::size_t& answered) {
  answered = 0;
  caf::anon_send(asker, ask_rounds{rounds});
  lanes.turn_until_idle();
  if (answered != rounds) throw std::logic_error{"an answer is missing"};
}

} // namespace maque::bench

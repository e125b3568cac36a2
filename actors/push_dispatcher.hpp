#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "actors/push_counters.hpp"
#include "domain/limits.hpp"
#include "domain/time.hpp"
#include "telemetry/log.hpp"

#include <caf/response_promise.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace maque {

/// Knows who wants which pushes, and which pushes there were.
class push_dispatcher_state {
public:
  static constexpr const char* name = "push_dispatcher";

  /// @param remembered_max how many pushes are known again at most.
  push_dispatcher_state(actor_of<push_dispatcher_actor> self, const time_source& clock,
                        log::logger& log, push_counters& counters,
                        std::size_t remembered_max = limits::pushes_remembered);

  push_dispatcher_actor::behavior_type make_behavior();

private:
  struct filter {
    std::string appid;
    std::string about;
  };
  struct subscriber {
    push_handler_actor handler;
    std::string name;
    std::vector<filter> filters;
    std::size_t outstanding = 0;
    bool reported_full = false;
  };
  struct known_push {
    bool complete = false;               ///< Everybody has it who wanted it.
    std::vector<caf::actor_id> having{}; ///< Who has it, as long as not everybody has.
  };
  struct remembered {
    utc_time since;
    std::string key;
  };

  caf::result<push_accepted> take(const request_context& request, const push_arrived& order);
  /// False if somebody has no room for it.
  bool give_to_all(const request_context& request, const shared_push& pushed, known_push& known);
  void give(subscriber& to, const request_context& request, const shared_push& pushed);
  void subscribe(const subscribe_push& order);
  void on_answer(caf::actor_id handler);
  void on_failure(caf::actor_id handler, const trace_id& trace, const caf::error& cause);
  void report_full(subscriber& full, const trace_id& trace);
  known_push& remember(const push_message& pushed);
  void forget_old(utc_time now);
  subscriber* find(caf::actor_id handler) noexcept;

  actor_of<push_dispatcher_actor> self_;
  const time_source& clock_;
  log::channel log_;
  push_counters& counters_;
  std::size_t remembered_max_;
  std::vector<subscriber> subscribers_;
  std::size_t subscriptions_ = 0;
  std::unordered_map<std::string, known_push> known_;
  std::deque<remembered> ages_; ///< The oldest one first.
};

} // namespace maque

#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "domain/backoff.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace maque {

/// Notices new versions of the published configuration, renders each once, and gives it to all
/// lanes. One in the process, on a lane whose database it asks: docs/adr/0019.
class config_watcher_state {
public:
  static constexpr const char* name = "config_watcher";

  /// Gives a version to all lanes. Whoever has taken it over lets go of `applied`.
  using announcement =
      std::function<void(const shared_config& newer, std::shared_ptr<void> applied)>;

  /// @param pauses between looks that fail: what is published meanwhile is late by no more.
  config_watcher_state(actor_of<config_watcher_actor> self, lane_context& context,
                       announcement announce,
                       backoff::policy pauses = {std::chrono::milliseconds{100},
                                                 std::chrono::milliseconds{1'000}});
  ~config_watcher_state();
  config_watcher_state(const config_watcher_state&) = delete;
  config_watcher_state& operator=(const config_watcher_state&) = delete;

  config_watcher_actor::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<config_in_force>;

  /// Somebody to whom a look that began after he asked will tell.
  struct question {
    promise waiting;
    std::uint64_t look = 0;    ///< The number of that look, or of a later one.
    std::uint64_t version = 0; ///< What that look found, once it has.
    bool looked = false;
  };

  void look();
  void take(const std::optional<config_snapshot>& newer);
  void fail(const caf::error& cause);
  void end_look();
  void announce(shared_config newer);
  void answer_those_in_force();

  actor_of<config_watcher_actor> self_;
  lane_context& context_;
  announcement announce_;
  backoff pauses_;
  shared_config current_;
  std::uint64_t in_force_ = 0; ///< The version that all lanes serve, or a newer one.
  bool any_in_force_ = false;
  bool looking_ = false;
  std::uint64_t looks_ = 0;    ///< That have begun.
  std::uint32_t failures_ = 0; ///< In a row.
  steady_time next_look_{};
  std::vector<question> questions_;
};

} // namespace maque

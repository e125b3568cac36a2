#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "security/key_watch.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace maque {

/// Where the signing keys are, and how often to look.
struct key_source {
  std::filesystem::path file;
  security::token_lifetimes lifetimes;
  std::chrono::milliseconds interval{1'000};
};

/// Reads the signing keys again when their file was changed. Looks at a file system, which may
/// block: on a thread of its own.
class key_keeper_state {
public:
  static constexpr const char* name = "key_keeper";

  using announcement = std::function<void(const security::shared_key_ring&)>;

  /// @param known the ring that is in use; outlives the actor's restarts.
  /// @param announce tells all who use keys; called in the actor's thread.
  key_keeper_state(actor_of<key_keeper_actor> self, log::logger& log, const key_source& source,
                   security::shared_key_ring& known, announcement announce);

  key_keeper_actor::behavior_type make_behavior();

private:
  void look();
  void take(security::key_ring found);
  void complain(const error& problem);
  void schedule(std::chrono::milliseconds delay);

  actor_of<key_keeper_actor> self_;
  log::channel log_;
  security::key_watch watch_;
  std::chrono::milliseconds interval_;
  security::shared_key_ring& known_;
  announcement announce_;
  std::string complaint_; ///< The last one; it is not repeated each second.
};

} // namespace maque

#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "security/password_hash.hpp"
#include "telemetry/log.hpp"

#include <string>

namespace maque {

/// Hashes one password at a time, on a thread of its own that gives way to the lanes. Takes no
/// memory but while it hashes.
class password_worker_state {
public:
  static constexpr const char* name = "password_worker";

  password_worker_state(actor_of<password_hasher_actor> self,
                        const security::password_parameters& parameters, log::logger& log)
      : self_{self}, parameters_{parameters}, log_{log.of(log::source::security)},
        dummy_{security::make_dummy_hash(parameters)} {}

  password_hasher_actor::behavior_type make_behavior();

private:
  password_verified verify(const request_context& request, const verify_password& order);
  template <class Reply, class Work>
  caf::result<Reply> with_memory(Work work);

  actor_of<password_hasher_actor> self_;
  security::password_parameters parameters_;
  log::channel log_;
  std::string dummy_;
};

} // namespace maque

#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "security/password_hash.hpp"

#include <caf/response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace maque {

/// To itself: the pause after the death of a place's worker is over.
struct start_password_worker {
  std::uint32_t place = 0;
};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::start_password_worker)

namespace maque {

/// The password hasher as its workers' owner.
using hashing_pool_actor = password_hasher_actor::extend<caf::reacts_to<start_password_worker>>;

struct hasher_policy {
  /// Hashes at a time.
  std::uint32_t workers = 1;
  /// Requests that wait for a worker.
  std::size_t queue = 256;
  security::password_parameters parameters{};
  /// How long a worker that died is left alone before it is replaced.
  std::chrono::milliseconds restart_pause{1'000};
};

/// Hands passwords to the workers that are free, and lets the others wait, in order and bounded.
/// The workers together take workers × memory_mib at most; a stored hash that needs more than is
/// free of it waits until it is, and one that needs more than all of it runs alone.
class password_hasher_state {
public:
  static constexpr const char* name = "password_hasher";

  /// Makes the worker of a place, 0 <= place < workers; called again when that one has died.
  using worker_starter = std::function<password_hasher_actor(std::uint32_t place)>;

  password_hasher_state(actor_of<hashing_pool_actor> self, const hasher_policy& policy,
                        worker_starter start_worker);
  /// Answers everything that waits.
  ~password_hasher_state();
  password_hasher_state(const password_hasher_state&) = delete;
  password_hasher_state& operator=(const password_hasher_state&) = delete;

  hashing_pool_actor::behavior_type make_behavior();

private:
  struct job {
    std::variant<hash_password, verify_password> order;
    request_context request;
    caf::response_promise waiting;
    std::uint64_t memory_bytes = 0; ///< What it takes while it runs.
  };

  enum class condition : std::uint8_t { idle, busy, gone };

  struct slot {
    password_hasher_actor worker;
    condition state = condition::gone;
    // While it is busy:
    std::uint64_t number = 0; ///< Of its job; each has another.
    steady_time since;
    std::uint64_t memory_bytes = 0;
    caf::response_promise waiting;
  };

  template <class Reply, class Order>
  caf::result<Reply> admit(const request_context& request, Order& order,
                           std::uint64_t memory_bytes);
  /// Why a request can't be taken, if so.
  std::optional<error> refusal(const request_context& request, steady_time now) const;
  error overload(std::string cause) const;
  std::chrono::nanoseconds time_for(std::size_t jobs) const noexcept;
  void answer_hopeless(steady_time now);
  void dispatch();
  template <class Reply, class Order>
  void run(std::uint32_t place, const request_context& request, Order& order);
  /// The promise of the job, if it is still that place's; the place is in `next` from now on.
  std::optional<caf::response_promise> release(std::uint32_t place, std::uint64_t number,
                                               condition next);
  void answer(caf::response_promise& waiting, const error& why);
  void start(std::uint32_t place);
  void bury(const caf::actor_addr& gone);

  actor_of<hashing_pool_actor> self_;
  hasher_policy policy_;
  worker_starter start_worker_;
  std::vector<slot> slots_; ///< By place.
  std::deque<job> waiting_;
  std::uint64_t memory_bytes_; ///< That a hash with the current parameters takes.
  std::uint64_t memory_used_ = 0;
  std::uint64_t jobs_ = 0;
  std::chrono::nanoseconds pace_; ///< What a job takes of late.
};

} // namespace maque

#include "actors/password_worker.hpp"

#include "domain/limits.hpp"

#include <new>
#include <sys/resource.h>
#include <unistd.h>

namespace maque {

password_hasher_actor::behavior_type password_worker_state::make_behavior() {
  // Called in the worker's thread, which ends with it. Whoever is in a hurry goes first; if that
  // can't be had, passwords are hashed all the same.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), limits::password_niceness);
  return {
      [this](const request_context&, const hash_password& order) {
        return with_memory<password_hashed>(
            [&] { return password_hashed{security::hash_password(order.text, parameters_)}; });
      },
      [this](const request_context& request, const verify_password& order) {
        return with_memory<password_verified>([&] { return verify(request, order); });
      },
  };
}

password_verified password_worker_state::verify(const request_context& request,
                                                const verify_password& order) {
  const bool exists = !order.stored.empty();
  const auto verdict =
      security::verify_password(order.text, exists ? order.stored : dummy_, parameters_);
  if (!verdict.cause.empty()) {
    log_.line(log::level::error, &request.trace, "a stored password hash can't be used",
              {{"cause", std::string_view{verdict.cause}}});
    // For whoever asks, no account is other than the others.
    security::verify_password(order.text, dummy_, parameters_);
  }
  password_verified answer{exists && verdict.matches, {}};
  if (answer.matches && verdict.is_outdated)
    answer.upgraded = security::hash_password(order.text, parameters_);
  return answer;
}

template <class Reply, class Work>
caf::result<Reply> password_worker_state::with_memory(Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    const error why{
        errc::overloaded, {}, "there is no memory for a password hash", std::chrono::seconds{1}};
    self_->meter().failed(why);
    return to_caf(why);
  }
}

} // namespace maque

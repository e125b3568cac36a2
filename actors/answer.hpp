#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace maque {

/// Answers a request with an error, and counts it.
template <class Self, class... Ts>
void refuse(Self* self, caf::typed_response_promise<Ts...>& promise, caf::error cause) {
  self->meter().failed_because([&] { return last_error::text_of(from_caf(cause)); });
  promise.deliver(std::move(cause));
}

/// Tells those who wait that nobody is left to answer them: for the destructor of a state, because
/// CAF doesn't say it when a promise is dropped.
template <class Self, class... Ts>
void abandon(Self* self, caf::typed_response_promise<Ts...>& promise) {
  if (promise.pending())
    refuse(self, promise,
           to_caf(error{errc::internal, {}, "the actor ended before its answer", {}}));
}

/// A promise whose keeper may be dropped: then whoever waits is told. For handlers of replies,
/// which go when their actor ends.
template <class Promise>
class kept_promise {
public:
  explicit kept_promise(Promise promise) : promise_{std::move(promise)} {}
  ~kept_promise() {
    if (promise_.pending())
      promise_.deliver(to_caf(error{errc::internal, {}, "the actor ended before its answer", {}}));
  }
  kept_promise(const kept_promise&) = delete;
  kept_promise& operator=(const kept_promise&) = delete;

  Promise& get() noexcept { return promise_; }
  /// It was kept, or somebody else keeps it now.
  void release() { promise_ = Promise{}; }

private:
  Promise promise_;
};

template <class Promise>
std::shared_ptr<kept_promise<Promise>> keep(Promise promise) {
  return std::make_shared<kept_promise<Promise>>(std::move(promise));
}

/// As ask(); `failed` is told the code of an error before whoever waits is.
template <class Reply, class Self, class Handle, class Promise, class Then, class Failed,
          class... Message>
void ask_and_note(Self* self, const Handle& receiver, Promise promise, Then then, Failed failed,
                  Message&&... message) {
  const auto kept = keep(std::move(promise));
  self->request(receiver, caf::infinite, std::forward<Message>(message)...)
      .then(
          [kept, then = std::move(then)](Reply& reply) mutable {
            then(kept->get(), reply);
            kept->release();
          },
          [self, kept, failed = std::move(failed)](caf::error& cause) {
            failed(from_caf(cause).code);
            refuse(self, kept->get(), std::move(cause));
          });
}

/// Asks another actor on behalf of a request that was promised an answer: `then` gets the reply, an
/// error goes straight to whoever waits, and so does the end of the asking actor. There is no
/// timeout on the message, because CAF would keep it until it is due; every service answers by the
/// deadline in the context, and the front answers for whatever is lost on the way.
template <class Reply, class Self, class Handle, class Promise, class Then, class... Message>
void ask(Self* self, const Handle& receiver, Promise promise, Then then, Message&&... message) {
  ask_and_note<Reply>(
      self, receiver, std::move(promise), std::move(then), [](errc) {},
      std::forward<Message>(message)...);
}

} // namespace maque

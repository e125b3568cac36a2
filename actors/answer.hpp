#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <utility>

namespace maque {

/// Answers a request with an error, and counts it.
template <class Self, class... Ts>
void refuse(Self* self, caf::typed_response_promise<Ts...>& promise, caf::error cause) {
  self->meter().failed();
  promise.deliver(std::move(cause));
}

/// Asks another actor on behalf of a request that was promised an answer: `then` gets the reply, an
/// error goes straight to whoever waits. There is no timeout on the message, because CAF would keep
/// it until it is due; every service answers by the deadline in the context, and the front answers
/// for whatever is lost on the way.
template <class Reply, class Self, class Handle, class Promise, class Then, class... Message>
void ask(Self* self, const Handle& receiver, Promise promise, Then then, Message&&... message) {
  self->request(receiver, caf::infinite, std::forward<Message>(message)...)
      .then(
          [promise, then = std::move(then)](Reply& reply) mutable { then(promise, reply); },
          [self, promise](caf::error& cause) mutable { refuse(self, promise, std::move(cause)); });
}

} // namespace maque

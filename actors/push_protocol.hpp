#pragma once

#include "actors/messages.hpp"
#include "actors/push_messages.hpp"

#include <caf/typed_actor.hpp>

#include <string>

/// The part of protocol.hpp that is about WeChat's pushes.
namespace maque {

/// Does something about pushes. It may take its time: nobody waits for it but the dispatcher, which
/// gives it limits::pushes_outstanding at a time.
using push_handler_actor = caf::typed_actor<
    // A failure is counted and logged; the push does not come again. The deadline is
    // limits::push_handling from when it was accepted.
    caf::replies_to<request_context, shared_push>::with<push_handled>>;

/// From now on, until it ends, the handler gets what it asks for; several of these add up, and what
/// two of them ask for it gets once.
struct subscribe_push {
  push_handler_actor handler;
  std::string name;    ///< For the log.
  std::string appid{}; ///< Empty: all.
  /// Its Event, or the MsgType of what is no event; empty: all.
  std::string about{};
};

/// Gives each push once to those who have subscribed to it.
using push_dispatcher_actor = caf::typed_actor<
    // Replies when each of them has it in its mailbox, whatever they make of it. Fails with
    // overloaded if one of them has too much to do: WeChat sends it again, and the others don't get
    // it a second time.
    caf::replies_to<request_context, push_arrived>::with<push_accepted>,
    // More than limits::push_subscriptions are refused, and logged.
    caf::reacts_to<subscribe_push>>;

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::subscribe_push)

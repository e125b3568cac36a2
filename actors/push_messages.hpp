#pragma once

#include "domain/push_message.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

/// What the actors that see to WeChat's pushes tell each other; see messages.hpp.
namespace maque {

/// A push that was verified and read.
struct push_arrived {
  shared_push message;
};

struct push_accepted {
  bool known = false; ///< It was accepted before; nobody gets it again.
};

struct push_handled {};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::push_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::push_accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::push_handled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::shared_push)

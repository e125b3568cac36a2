#pragma once

#include "domain/push_message.hpp"

#include <memory>
#include <string>
#include <utility>

/// Pushes of WeChat as the actors get them, for tests.
namespace maque::test {

/// An event of a user.
inline push_message event_of(std::string event, std::string from = "o1") {
  push_message made;
  made.appid = "wx1";
  made.to_user = "gh_1";
  made.from_user = std::move(from);
  made.created_at = 1'610'969'440;
  made.type = "event";
  made.event = std::move(event);
  made.digest = "digest";
  return made;
}

/// A message that a user wrote.
inline push_message text_of(std::string message_id) {
  push_message made = event_of({});
  made.type = "text";
  made.message_id = std::move(message_id);
  return made;
}

inline shared_push share(push_message pushed) {
  return std::make_shared<const push_message>(std::move(pushed));
}

} // namespace maque::test

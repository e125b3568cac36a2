#pragma once

#include "http/exchange.hpp"
#include "http/json_writer.hpp"

#include <string>

namespace maque::http {

/// Answers with a user, as he sees himself.
inline void answer_with_user(exchange& waiting, const user& who) {
  std::string data;
  append_user(data, who);
  waiting.succeed(data);
}

} // namespace maque::http

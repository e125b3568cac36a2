#include "http/request_times.hpp"

#include "http/exchange.hpp"

#include <algorithm>

namespace maque::http {

request_times times_of(const exchange& ended) noexcept {
  // What was not reached has no stamp: it then took no time.
  const steady_time handed = std::max(ended.started, ended.handed_at);
  const steady_time taken = std::max(handed, ended.taken_at);
  const steady_time answered = std::max(taken, ended.answered_at);
  const steady_time written = std::max(answered, ended.written_at);
  request_times made;
  made.whole = written - ended.started;
  made.of(stage::parse) = handed - ended.started;
  made.of(stage::queue) = taken - handed;
  made.of(stage::serialise) = written - answered;
  std::chrono::nanoseconds left = answered - taken;
  if (const request_trail* const trail = ended.context.trail.get(); trail != nullptr) {
    made.of(stage::database) = std::min(left, trail->database());
    left -= made.of(stage::database);
    made.of(stage::upstream) = std::min(left, trail->upstream());
    left -= made.of(stage::upstream);
  }
  made.of(stage::logic) = left;
  return made;
}

} // namespace maque::http

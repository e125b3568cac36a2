#include "http/event_hub.hpp"

#include "domain/limits.hpp"

#include <utility>

namespace maque::http {

const std::string& event_hub::sample_at(utc_time now) {
  // A clock that goes back is no reason to wait.
  if (event_.empty() || now >= sampled_at_ + limits::event_interval || now < sampled_at_) {
    sampled_at_ = now;
    event_ = "event: sample\ndata: " + sample_() + "\n\n";
  }
  return event_;
}

void event_hub::join(const exchange_ptr& asked, utc_time now) {
  if (closed_) return asked->fail(error{errc::shutting_down, {}, {}, {}});
  if (listeners_.size() >= limits::event_listeners)
    return asked->fail(
        error{errc::overloaded, {}, "too many listen to the events", limits::event_interval});
  asked->outgoing.content_type = "text/event-stream";
  asked->outgoing.headers += "X-Accel-Buffering: no\r\n";
  if (asked->incoming.verb() == method::head) return asked->answer();
  asked->begin_stream();
  if (asked->continue_stream(sample_at(now))) listeners_.push_back(asked);
}

bool event_hub::may_stay(const exchange& listening, utc_time now) {
  const auto& session = listening.by->session;
  return !session || sessions_.find_open(*session, now) != nullptr;
}

void event_hub::tick(utc_time now) {
  std::erase_if(listeners_, [&](const exchange_ptr& each) {
    if (may_stay(*each, now)) return !each->is_streaming();
    each->end_stream();
    return true;
  });
  if (listeners_.empty()) {
    event_.clear();
    return;
  }
  if (now >= sampled_at_ && now < sampled_at_ + limits::event_interval) return;
  const std::string& event = sample_at(now);
  std::erase_if(listeners_,
                [&](const exchange_ptr& each) { return !each->continue_stream(event); });
}

std::vector<std::uint64_t> event_hub::sessions() const {
  std::vector<std::uint64_t> numbers;
  for (const exchange_ptr& each : listeners_)
    if (each->by->session) numbers.push_back(*each->by->session);
  return numbers;
}

void event_hub::close() {
  closed_ = true;
  for (const exchange_ptr& each : std::exchange(listeners_, {}))
    each->end_stream();
}

} // namespace maque::http

#pragma once

#include "domain/errors.hpp"
#include "domain/time.hpp"
#include "http/exchange.hpp"
#include "http/operator_sessions.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace maque::http {

/// Sends all who listen to /admin/events the same sample, once a second (server-sent events: HTML
/// Living Standard, section 9.2). While nobody listens nothing is sampled. One lane's.
class event_hub {
public:
  /// Makes a sample: a JSON text without line breaks. In the lane's thread.
  using sample_function = std::function<std::string()>;

  event_hub(sample_function sample, operator_sessions& sessions)
      : sample_{std::move(sample)}, sessions_{sessions} {}

  /// Answers with a stream and the sample of now. Fails with overloaded if there are
  /// limits::event_listeners.
  void join(const exchange_ptr& asked, utc_time now);

  /// Once a tick. A listener ends whose connection has, who reads too slowly, or whose operator's
  /// session has ended.
  void tick(utc_time now);

  /// Ends all streams; for good, at the end of the server.
  void close();

  std::size_t listeners() const noexcept { return listeners_.size(); }
  /// The numbers of the operators' sessions that listen.
  std::vector<std::uint64_t> sessions() const;

private:
  bool may_stay(const exchange& listening, utc_time now);
  const std::string& sample_at(utc_time now);

  sample_function sample_;
  operator_sessions& sessions_;
  std::vector<exchange_ptr> listeners_;
  std::string event_; ///< The last sample, as it goes over the wire.
  utc_time sampled_at_;
  bool closed_ = false;
};

} // namespace maque::http

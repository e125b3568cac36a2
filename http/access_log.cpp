#include "http/access_log.hpp"

#include "http/router.hpp"

#include <utility>

namespace maque::http {

namespace {

constexpr std::size_t block_bytes = 32 * 1024;

} // namespace

access_log::access_log(log::logger& target, access_log_options options)
    : target_{target}, options_{options} {}

bool access_log::sampled(const exchange& answered, std::chrono::nanoseconds duration) noexcept {
  if (answered.outgoing.status >= 400 || duration >= options_.slow) return true;
  // Evenly spread, exactly the asked-for part: no random numbers needed.
  credit_ += options_.sample;
  if (credit_ < 1) return false;
  credit_ -= 1;
  return true;
}

void access_log::record(const exchange& answered, steady_time now) {
  const auto duration = now - answered.started;
  if (!target_.enabled(log::level::info) || !sampled(answered, duration)) return;

  const bool failed = answered.failure().has_value();
  const std::string_view error_name = failed ? info(answered.failure()->code).name : "";
  const std::string_view cause = failed ? std::string_view{answered.failure()->cause} : "";
  const log::level severity =
      answered.outgoing.status >= 500 ? log::level::error : log::level::info;
  log::append_line(
      gathered_, system_time_source{}.now(), severity, &answered.context.trace, "request",
      {{"method", answered.incoming.method_text()},
       {"path", answered.incoming.path()},
       {"route", answered.matched != nullptr ? answered.matched->pattern : std::string_view{"-"}},
       {"status", std::int64_t{answered.outgoing.status}},
       {"code", std::int64_t{answered.outgoing.code}},
       {"duration_us", std::int64_t{duration / std::chrono::microseconds{1}}},
       {"bytes_in", std::uint64_t{answered.incoming.body().size()}},
       {"bytes_out", std::uint64_t{answered.outgoing.body.size()}},
       {"address", answered.peer_address},
       {"user_id", answered.identity ? answered.identity->user.value : std::uint64_t{0}},
       {"error", error_name},
       {"cause", cause}});
  ++lines_;
  if (gathered_.size() >= block_bytes) flush();
}

void access_log::flush() {
  if (lines_ == 0) return;
  target_.sink().write(std::exchange(gathered_, {}), std::exchange(lines_, 0));
  gathered_.reserve(block_bytes + 1024);
}

} // namespace maque::http

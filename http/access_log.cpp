#include "http/access_log.hpp"

#include "http/router.hpp"

#include <array>
#include <span>
#include <utility>

namespace maque::http {

namespace {

constexpr std::size_t block_bytes = 32 * 1024;

/// As stage_names.
constexpr std::array<std::string_view, stage_count> stage_fields = {
    "parse_us", "queue_us", "logic_us", "database_us", "upstream_us", "serialise_us"};

} // namespace

access_log::access_log(log::logger& target, access_log_options options)
    : target_{target.of(log::source::http)}, options_{options} {}

log::level access_log::severity_of(const exchange& answered,
                                   std::chrono::nanoseconds duration) const noexcept {
  if (answered.outgoing.status >= 500) return log::level::error;
  return answered.outgoing.status >= 400 || duration >= options_.slow ? log::level::warn
                                                                      : log::level::info;
}

bool access_log::sampled(const exchange& answered) noexcept {
  if (answered.matched != nullptr && answered.matched->how == logged::always) return true;
  // Evenly spread, exactly the asked-for part: no random numbers needed.
  credit_ += options_.sample;
  if (credit_ < 1) return false;
  credit_ -= 1;
  return true;
}

void access_log::record(const exchange& answered, const request_times& times) {
  const auto duration = times.whole;
  const log::level severity = severity_of(answered, duration);
  if (!target_.enabled(severity)) return;
  if (severity == log::level::info && !sampled(answered)) return;

  const bool failed = answered.failure().has_value();
  const std::string_view error_name = failed ? info(answered.failure()->code).name : "";
  const std::string_view hint = failed ? std::string_view{answered.failure()->hint} : "";
  const std::string_view cause = failed ? std::string_view{answered.failure()->cause} : "";
  // Ids are strings, as everywhere: many readers of JSON lose digits of 64-bit numbers.
  const std::string user = answered.identity ? to_string(answered.identity->user) : "";
  const std::string session = answered.identity ? to_string(answered.identity->session) : "";
  std::array<log::field, 16 + stage_count> fields{
      {{"method", answered.incoming.method_text()},
       {"path", answered.incoming.path()},
       {"route", answered.matched != nullptr ? answered.matched->pattern : std::string_view{"-"}},
       {"status", std::int64_t{answered.outgoing.status}},
       {"code", std::int64_t{answered.outgoing.code}},
       {"duration_us", std::int64_t{duration / std::chrono::microseconds{1}}},
       {"bytes_in", std::uint64_t{answered.incoming.body().size()}},
       {"bytes_out", std::uint64_t{answered.outgoing.body.size()}},
       {"address", answered.client_address},
       {"user_id", std::string_view{user}},
       {"session_id", std::string_view{session}},
       {"error", error_name},
       {"hint", hint},
       {"cause", cause}}};
  std::size_t count = 14;
  if (answered.client_address != answered.peer_address)
    fields.at(count++) = {"peer", std::string_view{answered.peer_address}};
  if (!answered.service.empty())
    fields.at(count++) = {"api_key", std::string_view{answered.service}};
  if (duration >= options_.slow) {
    for (std::size_t stage = 0; stage < stage_count; ++stage)
      fields.at(count++) = {stage_fields[stage],
                            std::int64_t{times.stages[stage] / std::chrono::microseconds{1}}};
  }
  log::append_line(gathered_, system_time_source{}.now(), severity, target_.from(),
                   &answered.context.trace, "request", std::span{fields}.first(count));
  ++lines_;
  if (gathered_.size() >= block_bytes) flush();
}

void access_log::flush() {
  if (lines_ == 0) return;
  target_.sink().write(std::exchange(gathered_, {}), std::exchange(lines_, 0));
  gathered_.reserve(block_bytes + 1024);
}

} // namespace maque::http

#include "config/option.hpp"

#include <algorithm>
#include <array>

namespace maque::config {

namespace {

/// What the parts of the server look up whenever they need it, or are told of when it changes
/// (actors/live_state.hpp).
constexpr auto live_names = std::to_array<std::string_view>({
    "accounts.registration",
    "http.cors",
    "http.cors_origins",
    "http.forwarded_header",
    "http.trusted_proxies",
    "log.access_sample",
    "log.level",
    "log.levels",
    "log.slow_query",
    "log.slow_request",
    "throttle.account_attempts",
    "throttle.device_attempts",
    "throttle.first_delay",
    "throttle.forget_after",
    "throttle.longest_delay",
    "throttle.pair_attempts",
    "throttle.source_attempts",
    "tracing.ratio",
    "tracing.slow",
});
static_assert(std::ranges::is_sorted(live_names));

} // namespace

std::string_view option::section() const noexcept {
  return name.substr(0, name.find('.'));
}

std::string_view option::key() const noexcept {
  return name.substr(name.find('.') + 1);
}

std::string option::variable() const {
  std::string out = "MAQUE_";
  for (const char letter : name) {
    const bool lower_case = letter >= 'a' && letter <= 'z';
    out.push_back(letter == '.' ? '_'
                  : lower_case  ? static_cast<char>(letter - 'a' + 'A')
                                : letter);
  }
  return out;
}

bool option::is_secret() const {
  settings any;
  const location place = locate(any);
  return std::holds_alternative<secret*>(place) ||
         std::holds_alternative<std::vector<secret>*>(place);
}

bool option::is_live() const noexcept {
  return std::ranges::binary_search(live_names, name);
}

const option* find_option(std::string_view name) noexcept {
  const auto options = all_options();
  const auto found = std::find_if(options.begin(), options.end(),
                                  [name](const option& each) { return each.name == name; });
  return found == options.end() ? nullptr : &*found;
}

} // namespace maque::config

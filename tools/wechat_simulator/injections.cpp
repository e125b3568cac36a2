#include "wechat_simulator/injections.hpp"

#include "wechat_simulator/faults.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace maque::wechat_simulator {
namespace {

/// A random number, 0 <= x < 1.
double draw_chance() {
  return static_cast<double>(randombytes_random()) / 4294967296.0;
}

} // namespace

bool is_fault(std::string_view kind) noexcept {
  constexpr std::array on_the_wire{"truncated", "drip", "cut", "close", "hang"};
  return std::ranges::find(on_the_wire, kind) != on_the_wire.end() ||
         std::ranges::find(all_faults(), kind) != all_faults().end();
}

void injections::set_latency(std::optional<endpoint> which, std::chrono::milliseconds fixed,
                             std::chrono::milliseconds jitter) {
  const std::scoped_lock lock{mutex_};
  const slowness slow{fixed, jitter};
  if (which)
    slow_[index_of(*which)] = slow;
  else
    usual_ = slow;
  any_ = true;
}

bool injections::add(std::optional<endpoint> which, injection added) {
  const std::scoped_lock lock{mutex_};
  if (rules_.size() >= capacity) return false;
  rules_.push_back({which, std::move(added)});
  any_ = true;
  return true;
}

std::chrono::milliseconds injections::draw_latency(std::optional<endpoint> which) const {
  const slowness slow = which ? slow_[index_of(*which)].value_or(usual_) : usual_;
  if (slow.jitter.count() <= 0) return slow.fixed;
  const auto most = static_cast<std::uint32_t>(slow.jitter.count());
  return slow.fixed + std::chrono::milliseconds{randombytes_uniform(most + 1)};
}

mishap injections::draw(std::optional<endpoint> which) {
  if (!any_) return {};
  const std::scoped_lock lock{mutex_};
  mishap met{draw_latency(which)};
  const auto applies = [&](const placed& candidate) {
    if (candidate.which && candidate.which != which) return false;
    return candidate.rule.rate >= 1 || draw_chance() < candidate.rule.rate;
  };
  const auto found = std::ranges::find_if(rules_, applies);
  if (found == rules_.end()) return met;
  met.what = found->rule.what;
  if (found->rule.calls > 0 && --found->rule.calls == 0) rules_.erase(found);
  return met;
}

void injections::clear_errors() {
  const std::scoped_lock lock{mutex_};
  rules_.clear();
}

void injections::reset() {
  const std::scoped_lock lock{mutex_};
  any_ = false;
  usual_ = {};
  slow_ = {};
  rules_.clear();
}

} // namespace maque::wechat_simulator

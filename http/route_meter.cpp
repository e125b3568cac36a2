#include "http/route_meter.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace maque::http {

namespace {

/// One thread writes: no bus lock is needed.
void increment(std::atomic<std::uint64_t>& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool is_asked_of_others(std::size_t index) noexcept {
  return index == static_cast<std::size_t>(stage::database) ||
         index == static_cast<std::size_t>(stage::upstream);
}

} // namespace

struct route_meter::entry {
  std::atomic<std::uint64_t> count{0};
  std::array<std::atomic<std::uint64_t>, 6> statuses{};
  latency_histogram whole;
  std::array<latency_histogram, stage_count> stages;
};

void route_reading::merge(const route_reading& other) noexcept {
  count += other.count;
  for (std::size_t index = 0; index < statuses.size(); ++index)
    statuses[index] += other.statuses[index];
  whole.merge(other.whole);
  for (std::size_t index = 0; index < stages.size(); ++index)
    stages[index].merge(other.stages[index]);
}

route_meter::route_meter(std::vector<route_label> routes)
    : routes_{std::move(routes)}, entries_(routes_.size() + 1) {}

route_meter::~route_meter() {
  for (const auto& each : entries_)
    delete each.load(std::memory_order_relaxed);
}

route_meter::entry* route_meter::entry_of(std::size_t route) noexcept {
  auto& place = entries_[std::min(route, routes_.size())];
  entry* found = place.load(std::memory_order_relaxed);
  if (found == nullptr) {
    found = new (std::nothrow) entry;
    place.store(found, std::memory_order_release);
  }
  return found;
}

void route_meter::record(std::size_t route, int status, const request_times& times) noexcept {
  entry* const to = entry_of(route);
  if (to == nullptr) return; // There is no memory: then there are no numbers.
  const std::uint64_t number = to->count.load(std::memory_order_relaxed);
  to->count.store(number + 1, std::memory_order_relaxed);
  const auto digit = static_cast<std::size_t>(status / 100);
  increment(to->statuses[std::min(digit, to->statuses.size() - 1)]);
  to->whole.record(times.whole);
  if (number >= counted_first && number % sample_every != 0) return;
  for (std::size_t index = 0; index < stage_count; ++index)
    if (times.stages[index].count() > 0 || !is_asked_of_others(index))
      to->stages[index].record(times.stages[index]);
}

std::vector<route_reading> route_meter::read() const {
  std::vector<route_reading> made;
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    const entry* const from = entries_[index].load(std::memory_order_acquire);
    if (from == nullptr) continue;
    route_reading& now = made.emplace_back();
    now.route = index < routes_.size() ? routes_[index] : route_label{"-", "-"};
    now.count = from->count.load(std::memory_order_relaxed);
    for (std::size_t digit = 0; digit < now.statuses.size(); ++digit)
      now.statuses[digit] = from->statuses[digit].load(std::memory_order_relaxed);
    now.whole = from->whole.read();
    for (std::size_t place = 0; place < stage_count; ++place)
      now.stages[place] = from->stages[place].read();
  }
  return made;
}

} // namespace maque::http

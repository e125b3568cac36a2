#include "domain/request_trail.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <new>
#include <utility>

namespace maque {

namespace {

/// splitmix64's mixing: neighbours become ids that have nothing in common.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

std::chrono::nanoseconds since_zero(const timespec& time) noexcept {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace

/// A message, from the mailbox on. Three may write to it, one after the other, its sender, and the
/// actor when it begins and when it ends; the front may read it at any time, whatever there is.
struct alignas(64) request_trail::hop_record { // a line of the cache
  /// While it is on its way; what is before `begun` belongs to whoever stores or clears this.
  std::atomic<const void*> message{nullptr};
  std::uint64_t parent = 0;
  steady_time sent{};
  steady_time taken{};
  const char* actor = nullptr;
  const std::type_info* type = nullptr;
  std::atomic<bool> begun{false};
  std::atomic<bool> failed{false};
  std::atomic<steady_time::rep> ended{0}; ///< 0: not yet. The last to be written.

  void clear() noexcept {
    message.store(nullptr, std::memory_order_relaxed);
    begun.store(false, std::memory_order_relaxed);
    failed.store(false, std::memory_order_relaxed);
    ended.store(0, std::memory_order_relaxed);
  }
};

/// What only a request that records needs.
struct request_trail::span_store {
  /// Places that were asked for; those beyond limits::trail_hops were not there.
  std::size_t hops_asked() const noexcept { return hop_count.load(std::memory_order_relaxed); }
  std::size_t hops_there() const noexcept { return std::min(hops_asked(), hops.size()); }

  std::array<hop_record, limits::trail_hops> hops;
  std::atomic<std::uint32_t> hop_count{0};

  std::mutex lock; // for what follows
  std::vector<trail_span> spans;
  std::uint64_t lost = 0;
};

request_trail::request_trail() noexcept = default;
request_trail::~request_trail() = default;

void request_trail::restart() noexcept {
  database_ns_.store(0, std::memory_order_relaxed);
  upstream_ns_.store(0, std::memory_order_relaxed);
  recording_.store(false, std::memory_order_relaxed);
}

void request_trail::begin_spans(std::uint64_t root, std::uint64_t caller, bool sampled) {
  // Without the lock: nobody else has the trail.
  if (!spans_) spans_ = std::make_unique<span_store>();
  for (std::size_t each = 0; each < spans_->hops_there(); ++each)
    spans_->hops[each].clear();
  spans_->hop_count.store(0, std::memory_order_relaxed);
  spans_->spans.clear();
  spans_->lost = 0;
  root_ = root;
  caller_ = caller;
  sampled_ = sampled;
  ids_.store(0, std::memory_order_relaxed);
  current_.store(root, std::memory_order_relaxed);
  recording_.store(true, std::memory_order_release);
}

/// A reading of the exact clock takes some 30 ns, of the coarse one, whose zero is the same, a
/// tenth of it: three for each hop of each request are a percent of a lane. A trace that is seen
/// because it was slow doesn't need better, and of one that failed the order says most.
steady_time request_trail::now() const noexcept {
  if (sampled_) return std::chrono::steady_clock::now();
  timespec tick{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &tick);
  return steady_time{since_zero(tick)};
}

std::chrono::nanoseconds request_trail::hop_resolution() const noexcept {
  timespec tick{};
  if (!sampled_) clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  return since_zero(tick);
}

/// Hops have the numbers of their places, from 1 on, the other spans those behind them.
std::uint64_t request_trail::id_number(std::uint64_t number) const noexcept {
  // Odd multiples of a constant never meet within 2^64 steps, and mixing keeps them apart.
  return std::max<std::uint64_t>(1, mixed(root_ + number * 0x9E3779B97F4A7C15ULL));
}

std::uint64_t request_trail::new_id() noexcept {
  return id_number(limits::trail_hops + 1 + ids_.fetch_add(1, std::memory_order_relaxed));
}

void request_trail::record(const trail_span& span) noexcept {
  if (!records_spans()) return;
  const std::scoped_lock held{spans_->lock};
  if (!records_spans()) return;
  try {
    if (spans_->spans.size() < limits::trail_spans) {
      trail_span& place = spans_->spans.emplace_back(span);
      if (place.id == 0) place.id = new_id();
      if (place.parent == 0) place.parent = root_;
      return;
    }
  } catch (const std::bad_alloc&) {
    // As if it were one too many.
  }
  ++spans_->lost;
}

/// Null if there is no place.
request_trail::hop_record* request_trail::new_hop(std::size_t& place) noexcept {
  place = spans_->hop_count.fetch_add(1, std::memory_order_relaxed);
  return place < limits::trail_hops ? &spans_->hops[place] : nullptr;
}

/// The one that is on its way in this message; null if it isn't known.
request_trail::hop_record* request_trail::hop_of(const void* message, std::size_t& place) noexcept {
  const std::size_t there = spans_->hops_there();
  for (place = 0; place < there; ++place)
    if (spans_->hops[place].message.load(std::memory_order_acquire) == message)
      return &spans_->hops[place];
  return nullptr;
}

void request_trail::sent(const void* message) noexcept {
  if (!records_spans()) return;
  std::size_t place = 0;
  // One at the same address never came: its actor has died.
  if (hop_record* const gone = hop_of(message, place))
    gone->message.store(nullptr, std::memory_order_relaxed);
  hop_record* const added = new_hop(place);
  if (added == nullptr) return;
  added->parent = current();
  added->sent = now();
  added->message.store(message, std::memory_order_release);
}

trail_hop request_trail::taken(const void* message, const char* actor,
                               const std::type_info* type) noexcept {
  if (!records_spans()) return {};
  const steady_time taken_at = now();
  std::size_t place = 0;
  hop_record* begins = hop_of(message, place);
  if (begins != nullptr) {
    begins->message.store(nullptr, std::memory_order_relaxed);
  } else {
    // When there is no place, it was counted as it was sent.
    begins = spans_->hops_asked() < limits::trail_hops ? new_hop(place) : nullptr;
    if (begins == nullptr) return {};
    begins->parent = root_;
    begins->sent = taken_at;
  }
  begins->taken = taken_at;
  begins->actor = actor;
  begins->type = type;
  begins->begun.store(true, std::memory_order_release);
  const trail_hop made{id_number(place + 1), current(), place};
  current_.store(made.id, std::memory_order_relaxed);
  return made;
}

void request_trail::finished(const trail_hop& hop, bool failed) noexcept {
  // Unless another actor works at the request by now.
  if (current() == hop.id) current_.store(hop.before, std::memory_order_relaxed);
  if (!records_spans()) return;
  hop_record& ends = spans_->hops[hop.place];
  ends.failed.store(failed, std::memory_order_relaxed);
  ends.ended.store(now().time_since_epoch().count(), std::memory_order_release);
}

void request_trail::stop() noexcept {
  recording_.store(false, std::memory_order_relaxed);
}

request_trail::recording request_trail::finish() {
  if (!records_spans()) return {};
  recording made;
  const std::scoped_lock held{spans_->lock};
  stop();
  // Read once: others may still ask for places.
  const std::size_t asked = spans_->hops_asked();
  const std::size_t there = std::min(asked, limits::trail_hops);
  made.spans.reserve(there + spans_->spans.size());
  add_hops_to(made, there);
  made.spans.insert(made.spans.end(), spans_->spans.begin(), spans_->spans.end());
  made.lost = spans_->lost + (asked - there);
  return made;
}

void request_trail::add_hops_to(recording& made, std::size_t count) const {
  const steady_time over = now();
  for (std::size_t place = 0; place < count; ++place) {
    const hop_record& each = spans_->hops[place];
    if (!each.begun.load(std::memory_order_acquire)) continue;
    const steady_time::duration ended{each.ended.load(std::memory_order_acquire)};
    trail_span span;
    span.id = id_number(place + 1);
    span.parent = each.parent;
    span.name = each.actor;
    span.message = each.type;
    span.failed = each.failed.load(std::memory_order_relaxed);
    span.start = each.sent;
    span.end = ended.count() == 0 ? over : steady_time{ended};
    span.notes[0] = {"maque.waiting_us", (each.taken - each.sent) / std::chrono::microseconds{1}};
    span.notes[1] = {"maque.working_us", (span.end - each.taken) / std::chrono::microseconds{1}};
    made.spans.push_back(span);
  }
}

} // namespace maque

#include "domain/request_trail.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace maque {

namespace {

constexpr std::size_t usual_spans = 16;

/// splitmix64's mixing: neighbours become ids that have nothing in common.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

} // namespace

/// What needs more than one word at a time.
struct request_trail::span_store {
  /// A message that is on its way to an actor.
  struct underway {
    const void* message;
    std::uint64_t parent;
    steady_time sent;
  };

  span_store() {
    spans.reserve(usual_spans);
    messages.reserve(limits::trail_messages);
  }

  std::mutex lock;
  std::vector<trail_span> spans;
  std::vector<underway> messages;
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
  spans_->spans.clear();
  spans_->messages.clear();
  spans_->lost = 0;
  root_ = root;
  caller_ = caller;
  sampled_ = sampled;
  ids_.store(0, std::memory_order_relaxed);
  current_.store(root, std::memory_order_relaxed);
  recording_.store(true, std::memory_order_release);
}

std::uint64_t request_trail::new_id() noexcept {
  // Odd multiples of a constant never meet within 2^64 steps, and mixing keeps them apart.
  const std::uint64_t number = ids_.fetch_add(1, std::memory_order_relaxed) + 1;
  return std::max<std::uint64_t>(1, mixed(root_ + number * 0x9E3779B97F4A7C15ULL));
}

void request_trail::record(const trail_span& span) noexcept {
  if (!records_spans()) return;
  const std::scoped_lock held{spans_->lock};
  trail_span* const place = new_span();
  if (place == nullptr) return;
  *place = span;
  if (place->id == 0) place->id = new_id();
  if (place->parent == 0) place->parent = root_;
}

/// With the lock held. Null if there is no place, or the recording has ended.
trail_span* request_trail::new_span() noexcept {
  if (!records_spans()) return nullptr;
  try {
    if (spans_->spans.size() < limits::trail_spans) return &spans_->spans.emplace_back();
  } catch (const std::bad_alloc&) {
    // As if it were one too many.
  }
  ++spans_->lost;
  return nullptr;
}

void request_trail::sent(const void* message) noexcept {
  if (!records_spans()) return;
  const span_store::underway added{message, current(), std::chrono::steady_clock::now()};
  const std::scoped_lock held{spans_->lock};
  auto& known = spans_->messages;
  // One at the same address never came: its actor has died.
  const auto same = std::ranges::find(known, message, &span_store::underway::message);
  if (same != known.end())
    *same = added;
  else if (known.size() < limits::trail_messages)
    known.push_back(added);
}

trail_hop request_trail::taken(const void* message, std::string_view actor,
                               const std::type_info* type) noexcept {
  if (!records_spans()) return {};
  trail_hop hop{new_id(), 0, std::chrono::steady_clock::now()};
  std::uint64_t parent = root_;
  steady_time since = hop.taken;
  {
    const std::scoped_lock held{spans_->lock};
    auto& known = spans_->messages;
    const auto at = std::ranges::find(known, message, &span_store::underway::message);
    if (at != known.end()) {
      parent = at->parent;
      since = at->sent;
      *at = known.back();
      known.pop_back();
    }
    if (trail_span* const span = new_span()) {
      span->id = hop.id;
      span->parent = parent;
      span->name = actor;
      span->message = type;
      span->start = since;
      span->notes[0] = {"maque.waiting_us", (hop.taken - since) / std::chrono::microseconds{1}};
    }
  }
  hop.before = current_.exchange(hop.id, std::memory_order_relaxed);
  return hop;
}

void request_trail::finished(const trail_hop& hop, bool failed) noexcept {
  // Unless another actor works at the request by now.
  std::uint64_t mine = hop.id;
  current_.compare_exchange_strong(mine, hop.before, std::memory_order_relaxed);
  if (!records_spans()) return;
  const steady_time now = std::chrono::steady_clock::now();
  const std::scoped_lock held{spans_->lock};
  const auto begun = std::ranges::find(spans_->spans, hop.id, &trail_span::id);
  if (begun == spans_->spans.end()) return; // It was one too many.
  begun->end = now;
  begun->failed = failed;
  begun->notes[1] = {"maque.working_us", (now - hop.taken) / std::chrono::microseconds{1}};
}

void request_trail::stop() noexcept {
  recording_.store(false, std::memory_order_relaxed);
}

request_trail::recording request_trail::finish() {
  if (!records_spans()) return {};
  const std::scoped_lock held{spans_->lock};
  stop();
  recording made{spans_->spans, spans_->lost};
  const steady_time now = std::chrono::steady_clock::now();
  for (trail_span& each : made.spans)
    if (each.end == steady_time{}) each.end = now;
  return made;
}

} // namespace maque

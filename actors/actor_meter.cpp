#include "actors/actor_meter.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace maque {

namespace {

std::int64_t now_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

} // namespace

actor_meter::actor_meter(std::string type, std::uint32_t lane, std::uint32_t sample_every,
                         bool records_hops)
    : type_{std::move(type)}, lane_{lane}, sample_mask_{sample_every - 1},
      sample_shift_{static_cast<std::uint32_t>(std::countr_zero(sample_every))},
      records_hops_{records_hops} {}

void actor_meter::begin_sample(std::uint64_t number, const void* message) noexcept {
  slot& mine = slot_of(number);
  mine.arrived_ns.store(now_ns(), std::memory_order_relaxed);
  mine.message.store(message, std::memory_order_release);
}

void actor_meter::match_sample(std::uint64_t number) noexcept {
  slot& mine = slot_of(next_sample_);
  working_since_ns_ = now_ns();
  waiting_.record(std::chrono::nanoseconds{working_since_ns_ -
                                           mine.arrived_ns.load(std::memory_order_relaxed)});
  mine.message.store(nullptr, std::memory_order_relaxed);
  // Not simply one step on: those that overtook this one are gone.
  next_sample_ = sample_of((std::max(next_sample_, number) >> sample_shift_) + 1);
}

void actor_meter::skip_samples() noexcept {
  for (slot& each : slots_)
    each.message.store(nullptr, std::memory_order_relaxed);
  const std::uint64_t next = received_.load(std::memory_order_relaxed);
  const std::uint64_t block = next >> sample_shift_;
  next_sample_ = sample_of(block) >= next ? sample_of(block) : sample_of(block + 1);
}

void actor_meter::end_sample() noexcept {
  const std::chrono::nanoseconds time{now_ns() - working_since_ns_};
  working_.record(time);
  if (const char* const kind = std::exchange(kind_, nullptr)) messages_.record(kind, time);
}

void actor_meter::restarted(const std::string& why) {
  last_error_.note([&] { return why; });
  restarts_.fetch_add(1, std::memory_order_relaxed);
  processed_.store(received_.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

actor_meter::reading actor_meter::read() const {
  reading now;
  now.type = type_;
  now.lane = lane_;
  // In this order, so that what arrives meanwhile can't make the mailbox look negative.
  now.processed = processed_.load(std::memory_order_relaxed);
  now.received = received_.load(std::memory_order_relaxed);
  now.failed = failed_.load(std::memory_order_relaxed);
  now.mailbox_now = now.received > now.processed ? now.received - now.processed : 0;
  now.mailbox_max = mailbox_max_.load(std::memory_order_relaxed);
  now.alive = alive_.load(std::memory_order_relaxed);
  now.last_failure = last_error_.read();
  now.restarts = restarts_.load(std::memory_order_relaxed);
  now.waiting = waiting_.read();
  now.working = working_.read();
  return now;
}

} // namespace maque

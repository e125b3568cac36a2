#pragma once

#include "telemetry/latency_histogram.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace maque {

/// What one actor did since the server started; it outlives the actor's restarts. Counts are exact;
/// times are taken from one message in `sample_every`, because two clock readings a message would
/// cost more than one percent of a lane. Written by senders and by the actor's thread, read by any.
class actor_meter {
public:
  /// How many timed messages may be in the mailbox at once; of more, the oldest are not timed.
  static constexpr std::size_t sample_slots = 64;
  /// Senders in several threads may be counted in another order than they are queued, but not by
  /// more than this; a timed message that has not come by then never will.
  static constexpr std::uint64_t reordering_max = 64;

  /// @param sample_every a power of two; 1 times every message, for actors that get few.
  /// @param records_hops whether what the actor does for a request goes into that one's trace.
  actor_meter(std::string type, std::uint32_t lane, std::uint32_t sample_every,
              bool records_hops = false);

  bool records_hops() const noexcept { return records_hops_; }

  /// A message is about to enter the mailbox. Any thread.
  void arrived(const void* message) noexcept {
    const std::uint64_t number = received_.fetch_add(1, std::memory_order_relaxed);
    if ((number & sample_mask_) == 0) begin_sample(number, message);
  }

  /// The actor takes the message up, in its own thread. True if this message is timed.
  bool taken(const void* message) noexcept {
    const std::uint64_t number = processed_.load(std::memory_order_relaxed);
    const std::uint64_t waiting = received_.load(std::memory_order_relaxed) - number;
    if (waiting > mailbox_max_.load(std::memory_order_relaxed))
      mailbox_max_.store(waiting, std::memory_order_relaxed);
    return take_sample(number, message);
  }

  /// The actor is done with the message. @param timed what taken() returned.
  void finished(bool timed) noexcept {
    processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (timed) end_sample();
  }

  /// A request that was answered with an error, or a handler that threw.
  void failed() noexcept { failed_.fetch_add(1, std::memory_order_relaxed); }

  /// The actor ended abnormally and was started again; what was in its mailbox is gone.
  void restarted() noexcept;

  struct reading {
    std::string type;
    std::uint32_t lane = 0;
    std::uint64_t received = 0;
    std::uint64_t processed = 0;
    std::uint64_t failed = 0;
    std::uint64_t mailbox_now = 0;
    std::uint64_t mailbox_max = 0;
    std::uint64_t restarts = 0;
    latency_histogram::snapshot waiting;
    latency_histogram::snapshot working;
  };
  reading read() const;

private:
  struct slot {
    std::atomic<const void*> message{nullptr};
    std::atomic<std::int64_t> arrived_ns{0};
  };

  void begin_sample(std::uint64_t number, const void* message) noexcept;
  bool take_sample(std::uint64_t number, const void* message) noexcept {
    if (slot_of(next_sample_).message.load(std::memory_order_acquire) == message) {
      match_sample(number);
      return true;
    }
    if (number > next_sample_ + reordering_max) skip_samples();
    return false;
  }
  void match_sample(std::uint64_t number) noexcept;
  /// Goes on with the next message that arrives, wherever the counts of the lost ones have led.
  void skip_samples() noexcept;
  void end_sample() noexcept;
  slot& slot_of(std::uint64_t number) noexcept {
    return slots_[(number >> sample_shift_) % sample_slots];
  }

  std::string type_;
  std::uint32_t lane_;
  std::uint32_t sample_mask_;
  std::uint32_t sample_shift_;
  bool records_hops_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> processed_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> mailbox_max_{0};
  std::atomic<std::uint64_t> restarts_{0};
  std::array<slot, sample_slots> slots_;
  std::uint64_t next_sample_ = 0;     // the number of the next message to time; actor's thread
  std::int64_t working_since_ns_ = 0; // actor's thread
  latency_histogram waiting_;
  latency_histogram working_;
};

} // namespace maque

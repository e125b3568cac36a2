#pragma once

#include "actors/last_error.hpp"
#include "actors/message_meter.hpp"
#include "telemetry/latency_histogram.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maque {

/// What one actor did since the server started; it outlives the actor's restarts. Counts are exact;
/// times and kinds are taken from one message in `sample_every`, because two clock readings a
/// message would cost more than one percent of a lane. Which one of so many is timed changes all
/// the time: of messages that come by turns, a question and its answer, both are seen. Written by
/// senders and by the actor's thread, read by any.
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
    if (number == sample_of(number >> sample_shift_)) begin_sample(number, message);
  }

  /// The actor takes the message up, in its own thread. True if this message is timed.
  bool taken(const void* message) noexcept {
    const std::uint64_t number = processed_.load(std::memory_order_relaxed);
    const std::uint64_t waiting = received_.load(std::memory_order_relaxed) - number;
    if (waiting > mailbox_max_.load(std::memory_order_relaxed))
      mailbox_max_.store(waiting, std::memory_order_relaxed);
    return take_sample(number, message);
  }

  /// Of a message that is timed, before finished(). @param kind see message_meter.
  void is_of_kind(const char* kind) noexcept { kind_ = kind; }

  /// The actor is done with the message. @param timed what taken() returned.
  void finished(bool timed) noexcept {
    processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (timed) end_sample();
  }

  /// A request that was answered with an error, or a handler that threw.
  void failed() noexcept { failed_.fetch_add(1, std::memory_order_relaxed); }
  /// The same, and what went wrong.
  void failed(const error& why) {
    failed_because([&] { return last_error::text_of(why); });
  }
  /// The same; `describe` is called for the text only if it is wanted: see last_error.
  template <class Describe>
  void failed_because(Describe describe) {
    failed();
    last_error_.note(std::move(describe));
  }

  /// The actor lives, until it has ended. Any thread.
  void started() noexcept { alive_.fetch_add(1, std::memory_order_relaxed); }
  void ended() noexcept { alive_.fetch_sub(1, std::memory_order_relaxed); }

  /// The actor ended abnormally and was started again; what was in its mailbox is gone.
  /// @param why as the log has it.
  void restarted(const std::string& why);

  struct reading {
    std::string type;
    std::uint32_t lane = 0;
    std::uint64_t received = 0;
    std::uint64_t processed = 0;
    std::uint64_t failed = 0;
    std::uint64_t mailbox_now = 0;
    std::uint64_t mailbox_max = 0;
    std::uint64_t restarts = 0;
    std::uint32_t alive = 0; ///< 1 while it lives.
    std::optional<last_error::reading> last_failure;
    latency_histogram::snapshot waiting;
    latency_histogram::snapshot working;
  };
  reading read() const;

  const std::string& type() const noexcept { return type_; }
  /// What was seen of each kind; one message in sample_every() is.
  std::vector<message_meter::reading> read_messages() const { return messages_.read(); }
  std::uint32_t sample_every() const noexcept { return sample_mask_ + 1; }

private:
  struct slot {
    std::atomic<const void*> message{nullptr};
    std::atomic<std::int64_t> arrived_ns{0};
  };

  /// The number of the message to time in a block of sample_every.
  std::uint64_t sample_of(std::uint64_t block) const noexcept {
    // Fibonacci hashing: neighbours are far apart.
    constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
    return (block << sample_shift_) + (((block * golden) >> 32) & sample_mask_);
  }
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
  std::atomic<std::uint32_t> alive_{0};
  std::array<slot, sample_slots> slots_;
  std::uint64_t next_sample_ = 0;     // the number of the next message to time; actor's thread
  std::int64_t working_since_ns_ = 0; // actor's thread
  const char* kind_ = nullptr;        // actor's thread
  latency_histogram waiting_;
  latency_histogram working_;
  message_meter messages_;
  last_error last_error_;
};

} // namespace maque

#pragma once

#include "telemetry/latency_histogram.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace maque {

/// What a lane's way to the database does: written by the lane's thread, read by any.
class pool_meter {
public:
  struct batches {
    std::uint64_t count = 0;
    std::uint64_t requests = 0; ///< In all of them.
  };

  struct reading {
    std::uint32_t workers = 0; ///< Idle, busy and lost ones.
    std::uint32_t idle = 0;
    std::uint32_t busy = 0;
    std::uint32_t lost = 0; ///< Without a connection.
    std::uint64_t waiting = 0;
    std::uint64_t waiting_max = 0;
    std::uint64_t reads = 0; ///< Requests that were asked, refused ones among them.
    std::uint64_t writes = 0;
    std::uint64_t failed = 0; ///< Of both.
    batches read_batches;
    batches write_batches;
    latency_histogram::snapshot wait; ///< Of a batch's first request, for a worker.
    latency_histogram::snapshot work; ///< Of a batch, until its answers are there.
  };

  void workers(std::uint32_t idle, std::uint32_t busy, std::uint32_t lost) noexcept {
    idle_.store(idle, std::memory_order_relaxed);
    busy_.store(busy, std::memory_order_relaxed);
    lost_.store(lost, std::memory_order_relaxed);
  }
  void waiting(std::size_t requests) noexcept {
    waiting_.store(requests, std::memory_order_relaxed);
    if (requests > waiting_max_.load(std::memory_order_relaxed))
      waiting_max_.store(requests, std::memory_order_relaxed);
  }
  void asked(bool is_write) noexcept { add(is_write ? writes_ : reads_, 1); }
  void failed() noexcept { add(failed_, 1); }
  /// A batch goes out, of which the first request has waited so long.
  void batch_sent(bool is_write, std::size_t requests, std::chrono::nanoseconds waited) noexcept {
    add(is_write ? write_batches_ : read_batches_, 1);
    add(is_write ? batched_writes_ : batched_reads_, requests);
    wait_.record(waited);
  }
  void batch_done(std::chrono::nanoseconds worked) noexcept { work_.record(worked); }

  /// Any thread.
  reading read() const;

private:
  using counter = std::atomic<std::uint64_t>;

  /// One thread writes: no bus lock is needed.
  static void add(counter& to, std::uint64_t more) noexcept {
    to.store(to.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  std::atomic<std::uint32_t> idle_{0};
  std::atomic<std::uint32_t> busy_{0};
  std::atomic<std::uint32_t> lost_{0};
  counter waiting_{0};
  counter waiting_max_{0};
  counter reads_{0};
  counter writes_{0};
  counter failed_{0};
  counter read_batches_{0};
  counter batched_reads_{0};
  counter write_batches_{0};
  counter batched_writes_{0};
  latency_histogram wait_;
  latency_histogram work_;
};

inline pool_meter::reading pool_meter::read() const {
  const auto value = [](const auto& from) { return from.load(std::memory_order_relaxed); };
  reading now;
  now.idle = value(idle_);
  now.busy = value(busy_);
  now.lost = value(lost_);
  now.workers = now.idle + now.busy + now.lost;
  now.waiting = value(waiting_);
  now.waiting_max = value(waiting_max_);
  now.reads = value(reads_);
  now.writes = value(writes_);
  now.failed = value(failed_);
  now.read_batches = {value(read_batches_), value(batched_reads_)};
  now.write_batches = {value(write_batches_), value(batched_writes_)};
  now.wait = wait_.read();
  now.work = work_.read();
  return now;
}

} // namespace maque

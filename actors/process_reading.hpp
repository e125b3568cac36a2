#pragma once

#include <chrono>
#include <cstdint>

namespace maque {

/// What the kernel says of this process.
struct process_reading {
  std::int64_t pid = 0;
  std::chrono::nanoseconds cpu{0}; ///< Of all threads since the start.
  std::uint64_t memory_bytes = 0;  ///< Resident.
  std::uint64_t memory_peak_bytes = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t descriptors_max = 0; ///< The soft limit; 0: there is none.
  std::uint64_t threads = 0;
};

/// From /proc and the process's clock; what can't be read is 0. A few dozen system calls.
process_reading read_process();

} // namespace maque

#pragma once

#include "load_generator/histogram.hpp"
#include "load_generator/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace maque::bench {

struct kind_result {
  histogram latency;
  std::uint64_t wrong_status = 0;
  std::uint64_t wrong_body = 0;
};

struct load_result {
  std::vector<kind_result> kinds; ///< As in the plan.
  std::vector<histogram> seconds; ///< Of what was answered in each second of the measured time.
  std::uint64_t connections_lost = 0;
  std::uint64_t unanswered = 0; ///< Of an open loop: what should have been sent and has no answer.
  std::string example;          ///< The first answer that was wrong.

  void merge(const load_result& other);
};

/// Where the threads wait for each other after their setup.
class start_line {
public:
  virtual ~start_line() = default;
  /// Returns, to all of them, the time at which the warm-up begins.
  virtual steady_time arrive() = 0;
};

/// Runs the share of thread `index` of the plan. Throws std::runtime_error if that can't be done.
///
/// In an open loop a request has a time at which it should be sent, and its latency counts from
/// then, however late a connection was free for it. What has no answer at the end counts with the
/// time that it has waited until then. So a server that doesn't answer can't hide it by not being
/// asked.
load_result run_worker(const load_plan& plan, std::size_t index, start_line& start);

} // namespace maque::bench

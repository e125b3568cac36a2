#pragma once

#include "telemetry/span_exporter.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace maque::test {

/// Keeps the traces that it is offered, for a test to look at. Thread-safe.
class kept_traces final : public span_exporter {
public:
  bool offer(finished_trace&& done) noexcept override {
    const std::scoped_lock held{mutex_};
    all_.push_back(std::move(done));
    return true;
  }
  counters read() const noexcept override { return {}; }

  std::vector<finished_trace> all() const {
    const std::scoped_lock held{mutex_};
    return all_;
  }
  void clear() {
    const std::scoped_lock held{mutex_};
    all_.clear();
  }

private:
  mutable std::mutex mutex_;
  std::vector<finished_trace> all_;
};

} // namespace maque::test

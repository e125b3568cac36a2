#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace maque {

/// A number of places that several threads share: connections to us, connections to the database.
class places {
public:
  explicit places(std::size_t count) : free_{static_cast<std::int64_t>(count)} {}

  /// False if there is none left.
  bool take() noexcept {
    if (free_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
    give_back();
    return false;
  }
  void give_back() noexcept { free_.fetch_add(1, std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> free_;
};

} // namespace maque

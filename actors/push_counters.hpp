#pragma once

#include "domain/push_message.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace maque {

enum class push_outcome : std::uint8_t { accepted, known, overloaded };
inline constexpr std::array<std::string_view, 3> push_outcome_names{"accepted", "known",
                                                                    "overloaded"};

/// What WeChat tells of subscription messages, a template each.
enum class subscription_news : std::uint8_t {
  accepted,
  rejected,
  delivered,   ///< A message that we had sent.
  undelivered, ///< The log says why.
};
inline constexpr std::array<std::string_view, 4> subscription_news_names{
    "accepted", "rejected", "delivered", "undelivered"};

/// Counts what becomes of pushes. Any thread may write and read.
class push_counters {
public:
  /// @param label see push_label_of.
  void note(std::size_t label, push_outcome outcome) noexcept {
    add(by_label_[index_of(label, outcome)]);
  }
  void note(subscription_news news) noexcept { add(news_[static_cast<std::size_t>(news)]); }
  void note_failure() noexcept { add(failures_); }

  std::uint64_t count(std::size_t label, push_outcome outcome) const noexcept {
    return by_label_[index_of(label, outcome)].load(std::memory_order_relaxed);
  }
  std::uint64_t count(subscription_news news) const noexcept {
    return news_[static_cast<std::size_t>(news)].load(std::memory_order_relaxed);
  }
  /// Pushes that a handler has failed at.
  std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

private:
  using counter = std::atomic<std::uint64_t>;

  static void add(counter& which) noexcept { which.fetch_add(1, std::memory_order_relaxed); }
  static constexpr std::size_t index_of(std::size_t label, push_outcome outcome) noexcept {
    return label * push_outcome_names.size() + static_cast<std::size_t>(outcome);
  }

  std::array<counter, push_label_count * push_outcome_names.size()> by_label_{};
  std::array<counter, subscription_news_names.size()> news_{};
  counter failures_{0};
};

} // namespace maque

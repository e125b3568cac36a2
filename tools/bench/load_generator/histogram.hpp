#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maque::bench {

/// Counts durations in nanoseconds. A bucket is at most 1/128 of its value wide, as in an HDR
/// histogram of two digits.
class histogram {
public:
  void add(std::uint64_t nanoseconds) {
    ++counts_[place(nanoseconds)];
    ++total_;
    sum_ += nanoseconds;
    max_ = std::max(max_, nanoseconds);
  }

  void merge(const histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i)
      counts_[i] += other.counts_[i];
    total_ += other.total_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
  }

  std::uint64_t total() const noexcept { return total_; }
  std::uint64_t max() const noexcept { return max_; }
  double mean() const noexcept {
    return total_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(total_);
  }

  /// The upper end of the bucket below which the share (0 to 1) of all durations is.
  std::uint64_t quantile(double share) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return std::min(upper_end(i), max_);
    }
    return max_;
  }

private:
  static constexpr unsigned bits = 7;
  static constexpr std::size_t width = std::size_t{1} << bits;
  static constexpr std::size_t octaves = 34; // Up to 2^40 ns, which is 18 minutes.

  static std::size_t place(std::uint64_t value) noexcept {
    if (value < width) return static_cast<std::size_t>(value);
    const auto octave = static_cast<unsigned>(std::bit_width(value)) - bits;
    const auto within = static_cast<std::size_t>(value >> (octave - 1)) - width;
    return std::min(octave * width + within, octaves * width - 1);
  }

  static std::uint64_t upper_end(std::size_t at) noexcept {
    if (at < width) return at;
    const std::size_t octave = at / width;
    return ((at % width + width + 1) << (octave - 1)) - 1;
  }

  std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(octaves * width);
  std::uint64_t total_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace maque::bench

#pragma once

#include "actors/published_config.hpp"

#include <string>
#include <unordered_map>

namespace maque {

/// The published configuration as one lane serves it. Touched only in the lane's thread.
class lane_config {
public:
  /// From now on this version is served; an older one than that which is served is refused,
  /// whatever has brought it here.
  void adopt(const shared_config& newer);

  /// Null until the first version has come, which is before the lane listens.
  const shared_config& current() const noexcept { return current_; }

  /// All that somebody gets. What targeted values make of it is rendered when it is first asked
  /// for, and kept within limits::config_variants and limits::config_variant_bytes. There has to be
  /// a version; the reference is good until the next call.
  const published_config::value& whole_for(const config_audience& audience);

  std::size_t kept_variants() const noexcept { return variants_.size(); }

private:
  void forget() noexcept;

  shared_config current_;
  std::unordered_map<std::string, published_config::value> variants_;
  std::size_t bytes_ = 0;            ///< Of all variants' values.
  published_config::value rendered_; ///< One that is too large to be kept.
};

} // namespace maque

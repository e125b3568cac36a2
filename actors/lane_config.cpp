#include "actors/lane_config.hpp"

#include "domain/limits.hpp"

#include <utility>

namespace maque {

void lane_config::adopt(const shared_config& newer) {
  if (current_ && newer->version <= current_->version) return;
  current_ = newer;
  forget();
}

void lane_config::forget() noexcept {
  variants_.clear();
  bytes_ = 0;
  rendered_ = {};
}

const published_config::value& lane_config::whole_for(const config_audience& audience) {
  if (!current_->is_targeted) return current_->whole;
  std::string variant = current_->variant_for(audience);
  if (const auto known = variants_.find(variant); known != variants_.end()) return known->second;
  rendered_ = current_->render(variant);
  const std::size_t size = rendered_.json.size();
  if (size > limits::config_variant_bytes) return rendered_;
  // All of them: who comes often is rendered again soon, and kept.
  if (variants_.size() >= limits::config_variants || bytes_ + size > limits::config_variant_bytes) {
    variants_.clear();
    bytes_ = 0;
  }
  bytes_ += size;
  return variants_.emplace(std::move(variant), std::move(rendered_)).first->second;
}

} // namespace maque

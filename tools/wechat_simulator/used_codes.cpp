#include "wechat_simulator/used_codes.hpp"

#include <sodium.h>

namespace maque::wechat_simulator {

bool used_codes::claim(std::string_view code, utc_time now) {
  digest key;
  crypto_generichash(key.data(), key.size(), reinterpret_cast<const unsigned char*>(code.data()),
                     code.size(), nullptr, 0);

  const std::scoped_lock lock{mutex_};
  while (!in_order_.empty() && now - in_order_.front().at >= lifetime_)
    forget_oldest();
  if (used_.contains(key)) return false;
  if (in_order_.size() >= capacity_) forget_oldest();
  used_.insert(key);
  in_order_.push_back({now, key});
  return true;
}

void used_codes::reset() {
  const std::scoped_lock lock{mutex_};
  used_.clear();
  in_order_.clear();
}

void used_codes::forget_oldest() {
  used_.erase(in_order_.front().code);
  in_order_.pop_front();
}

} // namespace maque::wechat_simulator

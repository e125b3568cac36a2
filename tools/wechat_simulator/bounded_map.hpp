#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace maque::wechat_simulator {

/// A map from text that keeps no more than `capacity` entries: the oldest is forgotten for a new
/// one. Not thread-safe.
template <class Value>
class bounded_map {
public:
  /// @param capacity at least 1
  explicit bounded_map(std::size_t capacity) : capacity_{capacity} {}

  /// Null if it isn't there.
  Value* find(std::string_view key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }

  /// The entry of this key; a new one if there is none. The reference is good until the next call.
  Value& at(std::string_view key) {
    if (Value* known = find(key)) return *known;
    if (order_.size() >= capacity_) {
      entries_.erase(entries_.find(*order_.front()));
      order_.pop_front();
    }
    const auto added = entries_.try_emplace(std::string{key}).first;
    order_.push_back(&added->first);
    return added->second;
  }

  void clear() {
    order_.clear();
    entries_.clear();
  }

  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::size_t capacity_;
  std::unordered_map<std::string, Value, text_hash, std::equal_to<>> entries_;
  std::deque<const std::string*> order_; // the keys of the map, which don't move
};

} // namespace maque::wechat_simulator

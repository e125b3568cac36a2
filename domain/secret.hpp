#pragma once

#include <string.h> // NOLINT(modernize-deprecated-headers): explicit_bzero is POSIX.
#include <string>
#include <utility>

namespace maque {

/// A string that must never reach a log, a dump or a client. It prints as "[redacted]"; whoever
/// needs the content says so with reveal(). Its memory is overwritten before it is given back.
class secret {
public:
  secret() = default;
  explicit secret(std::string value) : value_{std::move(value)} { wipe(value); }
  ~secret() { wipe(value_); }
  secret(const secret&) = default;
  secret(secret&& other) noexcept : value_{std::move(other.value_)} { wipe(other.value_); }
  secret& operator=(const secret& other) {
    if (this != &other) *this = secret{other};
    return *this;
  }
  secret& operator=(secret&& other) noexcept {
    if (this == &other) return *this;
    wipe(value_);
    value_ = std::move(other.value_);
    wipe(other.value_);
    return *this;
  }

  const std::string& reveal() const noexcept { return value_; }
  /// For deserialisation only.
  std::string& mutable_value() noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

private:
  // All that is allocated: a short string that was moved from still has its characters.
  static void wipe(std::string& text) noexcept { explicit_bzero(text.data(), text.capacity()); }

  std::string value_;
};

inline std::string to_string(const secret&) {
  return "[redacted]";
}

} // namespace maque

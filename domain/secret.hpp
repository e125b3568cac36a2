#pragma once

#include <string>
#include <utility>

namespace maque {

/// A string that must never reach a log, a dump or a client. It prints as "[redacted]"; whoever
/// needs the content says so with reveal().
class secret {
public:
  secret() = default;
  explicit secret(std::string value) : value_{std::move(value)} {}

  const std::string& reveal() const noexcept { return value_; }
  /// For deserialisation only.
  std::string& mutable_value() noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

private:
  std::string value_;
};

inline std::string to_string(const secret&) {
  return "[redacted]";
}

} // namespace maque

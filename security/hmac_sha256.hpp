#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace maque::security {

using hmac_digest = std::array<std::uint8_t, 32>;

/// HMAC-SHA256 (RFC 2104, FIPS 198-1) under one key, whose inner and outer state are made once. Not
/// thread-safe. A moved-from object may only be destroyed or assigned to.
class hmac_sha256 {
public:
  explicit hmac_sha256(std::string_view key);
  ~hmac_sha256();
  hmac_sha256(hmac_sha256&&) noexcept;
  hmac_sha256& operator=(hmac_sha256&&) noexcept;

  hmac_digest operator()(std::span<const std::uint8_t> message);
  hmac_digest operator()(std::string_view message);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// In constant time.
bool equal(const hmac_digest& left, const hmac_digest& right) noexcept;

} // namespace maque::security

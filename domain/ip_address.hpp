#pragma once

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque {

/// An IPv4 or IPv6 address. One machine has one spelling: an IPv4-mapped IPv6 address
/// (::ffff:192.0.2.1; RFC 4291, section 2.5.5.2) is the IPv4 address.
class ip_address {
public:
  using octets = std::array<std::uint8_t, 16>;

  /// Four decimal numbers without leading zeros, or IPv6 as RFC 4291 (section 2.2) writes it.
  /// Nothing if there is anything else: blanks, brackets, a port, a zone ("fe80::1%eth0").
  static std::optional<ip_address> parse(std::string_view text) noexcept;

  bool is_ipv4() const noexcept;

  /// In network order; an IPv4 address as its IPv4-mapped one.
  const octets& bytes() const noexcept { return bytes_; }

  /// This address with all bits after the first `bits` of its 128 cleared.
  ip_address cut(unsigned bits) const noexcept;

  friend bool operator==(const ip_address&, const ip_address&) = default;

private:
  explicit ip_address(const octets& bytes) noexcept : bytes_{bytes} {}

  octets bytes_;
};

/// The canonical form: lower case, the longest run of zeros as "::" (RFC 5952).
std::string to_string(const ip_address& address);

/// All addresses that begin with the same bits.
class ip_network {
public:
  /// "10.0.0.0/8", "2001:db8::/32", or a single address. On failure says what is wrong; bits set
  /// after the prefix are refused, for nobody knows which of the two was meant.
  static tl::expected<ip_network, std::string> parse(std::string_view text);

  /// No IPv6 network has IPv4 addresses, not even "::/0".
  bool contains(const ip_address& address) const noexcept;

private:
  ip_network(const ip_address& first, unsigned bits) noexcept : first_{first}, bits_{bits} {}

  ip_address first_;
  unsigned bits_; // of 128
};

/// Of this machine: 127.0.0.0/8 (RFC 1122, section 3.2.1.3) and ::1 (RFC 4291, section 2.5.3).
bool is_loopback(const ip_address& address);

/// What one client has for himself, so that what is counted for it is counted for him: an IPv4
/// address as it is, an IPv6 address cut to its /64 ("2001:db8:1:2::/64"; RFC 4291, section 2.5.4:
/// the rest is the subscriber's to choose). What is no address is returned as it is.
std::string source_prefix(std::string_view address);

} // namespace maque

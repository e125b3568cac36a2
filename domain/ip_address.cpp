#include "domain/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace maque {

namespace {

constexpr unsigned ipv4_offset = 96; // bits before an IPv4 address in its mapped form
constexpr unsigned ipv6_bits = 128;
constexpr unsigned subscriber_bits = 64;

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<unsigned> parse_prefix(std::string_view text, unsigned maximum) noexcept {
  unsigned bits = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, bits);
  if (failure != std::errc{} || stop != end || bits > maximum) return std::nullopt;
  return bits;
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  // inet_pton() would stop there and like what it has seen.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  octets bytes{};
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) return ip_address{bytes};
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
  if (inet_pton(AF_INET, terminated.data(), &bytes[mapped_prefix.size()]) != 1) return std::nullopt;
  return ip_address{bytes};
}

bool ip_address::is_ipv4() const noexcept {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes_.begin());
}

ip_address ip_address::cut(unsigned bits) const noexcept {
  ip_address shorter{*this};
  for (unsigned at = 0; at < shorter.bytes_.size(); ++at) {
    const unsigned kept = std::clamp(bits, at * 8, at * 8 + 8) - at * 8;
    shorter.bytes_[at] &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return shorter;
}

std::string to_string(const ip_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto& bytes = address.bytes();
  if (address.is_ipv4())
    inet_ntop(AF_INET, &bytes[mapped_prefix.size()], text.data(), text.size());
  else
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

tl::expected<ip_network, std::string> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const auto address = ip_address::parse(address_text);
  if (!address)
    return tl::unexpected<std::string>{"must be an address, such as \"192.0.2.1\", or a network, "
                                       "such as \"10.0.0.0/8\" or \"2001:db8::/32\""};
  if (slash == std::string_view::npos) return ip_network{*address, ipv6_bits};
  const unsigned offset = address->is_ipv4() ? ipv4_offset : 0;
  if (offset != 0 && address_text.find(':') != std::string_view::npos)
    return tl::unexpected<std::string>{"write a network of IPv4 addresses as one of IPv4, such as "
                                       "\"10.0.0.0/8\""};
  const auto bits = parse_prefix(text.substr(slash + 1), ipv6_bits - offset);
  if (!bits)
    return tl::unexpected{"what follows the slash must be a number of bits from 0 to " +
                          std::to_string(ipv6_bits - offset)};
  const ip_address first = address->cut(offset + *bits);
  if (first != *address)
    return tl::unexpected{to_string(*address) + " has bits set after the first " +
                          std::to_string(*bits) + ": is it \"" + to_string(first) + "/" +
                          std::to_string(*bits) + "\", or \"" + to_string(*address) + "\"?"};
  return ip_network{first, offset + *bits};
}

bool ip_network::contains(const ip_address& address) const noexcept {
  return address.is_ipv4() == first_.is_ipv4() && address.cut(bits_) == first_;
}

bool is_loopback(const ip_address& address) {
  static const auto ipv4 = ip_network::parse("127.0.0.0/8").value();
  static const auto ipv6 = ip_network::parse("::1").value();
  return ipv4.contains(address) || ipv6.contains(address);
}

std::string source_prefix(std::string_view address) {
  const auto parsed = ip_address::parse(address);
  if (!parsed) return std::string{address};
  if (parsed->is_ipv4()) return to_string(*parsed);
  return to_string(parsed->cut(subscriber_bits)) + "/" + std::to_string(subscriber_bits);
}

} // namespace maque

#pragma once

#include "domain/ip_address.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace maque::http {

/// In which header proxies say for whom they ask.
enum class forwarded_header : std::uint8_t {
  x_forwarded_for, ///< A list of addresses, each perhaps with a port.
  forwarded,       ///< RFC 7239; of each element, "for" is read.
};

struct proxy_options {
  /// Whose word is believed (ASVS 4.1.3). Empty: nobody's.
  std::vector<ip_network> trusted;
  /// The one header that is believed: a proxy that sets the one passes the other on as its client
  /// wrote it.
  forwarded_header header = forwarded_header::x_forwarded_for;
};

/// Finds out who the client is behind proxies. Each proxy adds whom it was asked by at the end of
/// the list; so the list is read from its end, and what stands before the first address that is not
/// a trusted proxy's is what that client wrote himself.
class client_finder {
public:
  explicit client_finder(proxy_options options) : options_{std::move(options)} {}

  bool trusts_anybody() const noexcept { return !options_.trusted.empty(); }

  /// The first address from the end of the list that is not a trusted proxy's. Where an element is
  /// no address ("unknown", "_hidden", empty, broken) the proxy that wrote it is the client, and so
  /// it is where the list ends or is longer than limits::proxy_hops. Nothing if the peer is the
  /// client, which it is if it is not trusted, or the header was not read to its end.
  /// @param peer of the connection.
  std::optional<ip_address> find(std::string_view peer, const request& read) const;

private:
  bool trusts(const ip_address& address) const noexcept;

  proxy_options options_;
};

} // namespace maque::http

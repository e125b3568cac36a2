#pragma once

#include <string>
#include <string_view>

namespace maque::wechat {

/// Where a server is.
struct server_url {
  bool is_https = true;
  std::string host; ///< A name or an address; that of IPv6 without its brackets.
  std::string port;
  std::string authority; ///< As it was given: what the Host field says (RFC 9110, section 7.2).
};

/// Reads "https://host[:port]" or "http://host[:port]"; anything else is a std::invalid_argument.
server_url parse_server_url(std::string_view text);

} // namespace maque::wechat

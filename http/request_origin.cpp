#include "http/request_origin.hpp"

#include "domain/ip_address.hpp"

#include <algorithm>

namespace maque::http {

namespace {

/// Without the port, and without the brackets of an IPv6 address.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.rfind(':'));
}

bool is_safe(method verb) noexcept {
  return verb == method::get || verb == method::head || verb == method::options;
}

} // namespace

bool is_own_host(const request& incoming, const std::vector<std::string>& names) {
  const auto host = incoming.field("Host");
  if (!host) return true;
  std::string_view name = host_name(*host);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (ip_address::parse(name) || equals_ignoring_case(name, "localhost")) return true;
  constexpr std::string_view below = ".localhost";
  if (name.size() > below.size() &&
      equals_ignoring_case(name.substr(name.size() - below.size()), below))
    return true;
  return std::ranges::any_of(
      names, [name](const std::string& each) { return equals_ignoring_case(name, each); });
}

bool is_own_origin(const request& incoming) {
  // Several of one field are as bad as a foreign one: field() knows none of them then.
  if (incoming.count("Origin") != 0) {
    std::string_view origin = incoming.field("Origin").value_or("");
    const auto separator = origin.find("://");
    if (separator == std::string_view::npos) return false;
    origin.remove_prefix(separator + 3);
    if (!equals_ignoring_case(origin, incoming.field("Host").value_or(""))) return false;
  }
  if (incoming.count("Sec-Fetch-Site") == 0) return true;
  const std::string_view site = incoming.field("Sec-Fetch-Site").value_or("");
  if (site == "same-origin" || site == "none") return true;
  return is_safe(incoming.verb()) && incoming.field("Sec-Fetch-Mode") == "navigate";
}

std::string_view cookie_of(const request& incoming, std::string_view name) {
  std::string_view found;
  incoming.look_backwards("Cookie", [&](std::string_view pairs) {
    while (!pairs.empty()) {
      std::string_view pair = pairs.substr(0, pairs.find(';'));
      pairs.remove_prefix(std::min(pairs.size(), pair.size() + 1));
      while (pair.starts_with(' '))
        pair.remove_prefix(1);
      if (pair.size() <= name.size() || !pair.starts_with(name) || pair[name.size()] != '=')
        continue;
      found = pair.substr(name.size() + 1);
      return false;
    }
    return true;
  });
  return found;
}

} // namespace maque::http

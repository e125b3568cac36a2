#include "http/client_address.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <string>

namespace maque::http {

namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 9110, section 5.6.2
bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

std::string_view without_blanks(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether the character at `at` has a backslash before it that is not itself escaped.
bool is_escaped(std::string_view text, std::size_t at) noexcept {
  const auto before = text.substr(0, at);
  const auto other = before.find_last_not_of('\\');
  const auto backslashes = other == std::string_view::npos ? at : at - other - 1;
  return backslashes % 2 == 1;
}

/// Takes the last element off a list; the list is nothing after its first. Commas in quoted strings
/// separate nothing. Going backwards, a quotation mark that is left open by a client can't reach
/// what a proxy has added behind it.
std::string_view take_last(std::optional<std::string_view>& list) noexcept {
  bool quoted = false;
  for (std::size_t at = list->size(); at-- > 0;) {
    const char c = (*list)[at];
    if (c == '"' && !is_escaped(*list, at)) quoted = !quoted;
    if (c != ',' || quoted) continue;
    const std::string_view last = list->substr(at + 1);
    list = list->substr(0, at);
    return without_blanks(last);
  }
  const std::string_view only = *list;
  list.reset();
  return without_blanks(only);
}

/// Takes the first pair off an element, in the same way.
std::string_view take_first_pair(std::optional<std::string_view>& element) noexcept {
  bool quoted = false;
  for (std::size_t at = 0; at < element->size(); ++at) {
    const char c = (*element)[at];
    if (c == '\\' && quoted) ++at;
    if (c == '"') quoted = !quoted;
    if (c != ';' || quoted) continue;
    const std::string_view first = element->substr(0, at);
    element = element->substr(at + 1);
    return without_blanks(first);
  }
  const std::string_view only = *element;
  element.reset();
  return without_blanks(only);
}

/// The value of a token or a quoted string (RFC 9110, sections 5.6.2 and 5.6.4).
std::optional<std::string> unquote(std::string_view text) {
  if (is_token(text)) return std::string{text};
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return std::nullopt;
    if (text[at] == '\\' && ++at == text.size()) return std::nullopt;
    value += text[at];
  }
  return value;
}

/// ":80", or ":_hidden" (RFC 7239, section 6)
bool is_port(std::string_view text) noexcept {
  if (text.size() < 2 || text.front() != ':') return false;
  const std::string_view port = text.substr(1);
  if (port.front() == '_') return is_token(port);
  return port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
}

/// An IPv4 address or an IPv6 address in brackets, perhaps with a port (RFC 7239, section 6).
std::optional<ip_address> read_node(std::string_view node) noexcept {
  std::string_view address = node.substr(0, node.find(':'));
  std::string_view port = node.substr(address.size());
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address = node.substr(1, end - 1);
    port = node.substr(end + 1);
    if (address.find(':') == std::string_view::npos) return std::nullopt;
  }
  if (!port.empty() && !is_port(port)) return std::nullopt;
  return ip_address::parse(address);
}

/// An element of X-Forwarded-For, of which there is no grammar: what proxies are known to write.
std::optional<ip_address> read_listed(std::string_view element) noexcept {
  const auto bare = ip_address::parse(element);
  return bare ? bare : read_node(element);
}

/// An element of Forwarded (RFC 7239, section 4).
std::optional<ip_address> read_forwarded(std::string_view element) {
  std::optional<std::string> node;
  for (std::optional<std::string_view> rest = element; rest;) {
    const std::string_view pair = take_first_pair(rest);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(pair.substr(0, equals), "for"))
      continue;
    if (node) return std::nullopt; // no parameter occurs twice
    node = unquote(pair.substr(equals + 1));
    if (!node) return std::nullopt;
  }
  return node ? read_node(*node) : std::nullopt;
}

} // namespace

bool client_finder::trusts(const ip_address& address) const noexcept {
  return std::ranges::any_of(options_.trusted, [&address](const ip_network& network) {
    return network.contains(address);
  });
}

std::optional<ip_address> client_finder::find(std::string_view peer, const request& read) const {
  const auto connected = ip_address::parse(peer);
  // Of a header that was not read to its end, what the proxy has added may be missing.
  if (!connected || !trusts(*connected) || !read.header_complete()) return std::nullopt;
  const bool standard = options_.header == forwarded_header::forwarded;
  ip_address client = *connected;
  std::size_t hops = limits::proxy_hops;
  read.look_backwards(standard ? "Forwarded" : "X-Forwarded-For", [&](std::string_view value) {
    for (std::optional<std::string_view> list = value; list;) {
      if (hops-- == 0) return false;
      const std::string_view element = take_last(list);
      const auto hop = standard ? read_forwarded(element) : read_listed(element);
      if (!hop) return false;
      client = *hop;
      if (!trusts(client)) return false;
    }
    return true;
  });
  if (client == *connected) return std::nullopt;
  return client;
}

} // namespace maque::http

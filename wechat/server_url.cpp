#include "wechat/server_url.hpp"

#include <algorithm>
#include <stdexcept>

namespace maque::wechat {
namespace {

bool is_port(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Splits "host", "host:port", "[::1]" and "[::1]:port". False if it is none of them.
bool split_authority(std::string_view authority, server_url& read) {
  if (authority.find_first_of("/?#@ \t\r\n") != std::string_view::npos) return false;
  const bool is_bracketed = authority.starts_with('[');
  const auto end = is_bracketed ? authority.find(']') : authority.find(':');
  if (is_bracketed && end == std::string_view::npos) return false;

  const auto host = is_bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  auto rest = end == std::string_view::npos ? std::string_view{} : authority.substr(end);
  if (is_bracketed) rest.remove_prefix(1);
  if (host.empty() || (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))))
    return false;

  read.host = host;
  if (!rest.empty()) read.port = rest.substr(1);
  return true;
}

} // namespace

server_url parse_server_url(std::string_view text) {
  server_url read;
  constexpr std::string_view https = "https://";
  constexpr std::string_view http = "http://";
  read.is_https = text.starts_with(https);
  const bool has_scheme = read.is_https || text.starts_with(http);
  read.port = read.is_https ? "443" : "80";
  const auto authority =
      has_scheme ? text.substr(read.is_https ? https.size() : http.size()) : std::string_view{};
  if (!split_authority(authority, read))
    throw std::invalid_argument{"not http[s]://host[:port]: " + std::string{text}};
  read.authority = authority;
  return read;
}

} // namespace maque::wechat

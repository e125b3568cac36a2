#include "config/checks.hpp"

#include "config/app_tables.hpp"
#include "domain/ip_address.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <charconv>

namespace maque::config {

namespace {

constexpr std::size_t master_secret_bytes = 32; // RFC 7518, section 3.2: as long as the hash.

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  return failure == std::errc{} && stop == end && port != 0;
}

bool is_host(std::string_view text) {
  const bool bracketed = text.starts_with('[') && text.ends_with(']'); // IPv6
  if (bracketed) text = text.substr(1, text.size() - 2);
  const std::string_view allowed =
      bracketed ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// host[:port], as RFC 6454 (section 6.2) serialises it: lower case, no user, no path.
bool is_authority(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool is_scheme(std::string_view text) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  return !text.empty() && letters.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") ==
             std::string_view::npos;
}

bool is_origin(std::string_view text) {
  const auto separator = text.find("://");
  return separator != std::string_view::npos && is_scheme(text.substr(0, separator)) &&
         is_authority(text.substr(separator + 3));
}

bool is_web_origin(std::string_view text) {
  return is_origin(text) && (text.starts_with("http://") || text.starts_with("https://"));
}

// None of the messages shows an address: somebody may have put a password into it.
void check_http(collector& subject) {
  if (subject.values().http.host.find_first_of(" /") != std::string::npos)
    subject.add_problem(subject.origin({"http.host"}),
                        "http.host must be an address or a host name, such as \"127.0.0.1\"");
}

void check_origins(collector& subject) {
  if (!subject.is_sound({"http.cors_origins"})) return;
  const auto& origins = subject.values().http.cors_origins;
  for (std::size_t index = 0; index < origins.size(); ++index)
    if (!is_origin(origins[index]))
      subject.add_problem(subject.origin({"http.cors_origins"}),
                          "http.cors_origins: entry " + std::to_string(index + 1) +
                              " must be scheme://host[:port] in lower case without a path, such "
                              "as \"https://example.com\"");
}

void check_operator(collector& subject) {
  const auto& admin = subject.values().admin;
  const auto& token = admin.token.reveal();
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  if (subject.is_sound({"admin.token"}) && !token.empty() &&
      (token.size() < master_secret_bytes || !std::ranges::all_of(token, is_printable)))
    subject.add_problem(subject.origin({"admin.token"}),
                        "admin.token must have at least 32 bytes, all of them printable");
  if (!subject.is_sound({"admin.allowed_hosts"})) return;
  for (std::size_t index = 0; index < admin.allowed_hosts.size(); ++index)
    if (!is_host(admin.allowed_hosts[index]))
      subject.add_problem(subject.origin({"admin.allowed_hosts"}),
                          "admin.allowed_hosts: entry " + std::to_string(index + 1) +
                              " must be a host name in lower case, without a scheme and a port");
}

void check_proxies(collector& subject) {
  if (!subject.is_sound({"http.trusted_proxies"})) return;
  const auto& proxies = subject.values().http.trusted_proxies;
  for (std::size_t index = 0; index < proxies.size(); ++index)
    if (const auto network = ip_network::parse(proxies[index]); !network)
      subject.add_problem(subject.origin({"http.trusted_proxies"}), "http.trusted_proxies: entry " +
                                                                        std::to_string(index + 1) +
                                                                        ": " + network.error());
}

void check_database(collector& subject) {
  const std::string_view url = subject.values().database.url;
  if (!subject.is_sound({"database.url"})) return;
  for (const std::string_view scheme : {"sqlite:", "postgres://", "postgresql://"})
    if (url.starts_with(scheme) && url.size() > scheme.size()) return;
  subject.add_problem(subject.origin({"database.url"}),
                      "database.url must be \"sqlite:\" and the path of a file, such as "
                      "\"sqlite:./data/maque.db\", or the URL of a PostgreSQL database, such as "
                      "\"postgres://maque@db.example/maque\"");
}

void require_for_live(collector& subject, std::string_view name, bool present) {
  if (present) return;
  const auto& needed = *find_option(name);
  subject.add_problem(subject.origin({name, "wechat.mode", "wechat.appid"}),
                      "wechat.mode is \"live\", which needs " + std::string{name} + ": set " +
                          std::string{needed.key()} +
                          " in the section [wechat] of the settings "
                          "file, or the environment variable " +
                          needed.variable());
}

/// By other machines. Of a host name nothing is known here.
bool can_be_reached(std::string_view host) {
  const auto address = ip_address::parse(host);
  return address && !is_loopback(*address);
}

/// The simulator believes whoever says who he is: that is not to happen by an omission.
void check_simulator(collector& subject) {
  const auto& all = subject.values();
  if (subject.was_given("wechat.mode") || all.wechat.mode == wechat_mode::live) return;
  if (!subject.is_sound({"http.host", "wechat.appid"}) || !can_be_reached(all.http.host)) return;
  subject.add_problem(subject.origin({"http.host"}),
                      "http.host can be reached from other machines, and without a wechat.appid "
                      "WeChat is simulated, so that anybody can log in as anybody: set "
                      "wechat.appid, or wechat.mode to \"simulator\" if it is meant so");
}

void check_wechat(collector& subject) {
  auto& wechat = subject.values().wechat;
  const bool has_app = !wechat.appid.empty() || !wechat.further_apps.empty();
  if (!subject.was_given("wechat.mode") && has_app) wechat.mode = wechat_mode::live;
  if (subject.is_sound({"wechat.base_url"}) && !is_web_origin(wechat.base_url))
    subject.add_problem(subject.origin({"wechat.base_url"}),
                        "wechat.base_url must be http(s)://host[:port] without a path, such as "
                        "\"https://api.weixin.qq.com\"");
  const bool is_live = wechat.mode == wechat_mode::live;
  if (!is_live || !subject.is_sound({"wechat.mode", "wechat.appid", "wechat.app_secret"})) return;
  // All of them may stand in tables.
  if (wechat.appid.empty() && wechat.app_secret.empty() && !wechat.further_apps.empty()) return;
  require_for_live(subject, "wechat.appid", !wechat.appid.empty());
  require_for_live(subject, "wechat.app_secret", !wechat.app_secret.empty());
}

/// A secret that keys are made from, and those before it.
void check_masters(collector& subject, std::string_view name, const secret& master,
                   std::string_view previous_name, const std::vector<secret>& previous) {
  const auto size = master.reveal().size();
  if (size != 0 && size < master_secret_bytes)
    subject.add_problem(subject.origin({name}), std::string{name} + " must have at least 32 bytes");
  for (const secret& each : previous)
    if (each.reveal().size() < master_secret_bytes)
      subject.add_problem(subject.origin({previous_name}),
                          std::string{previous_name} + ": each must have at least 32 bytes");
}

void check_signing(collector& subject) {
  const auto& auth = subject.values().auth;
  if (!subject.is_sound({"auth.key_file", "auth.signing_secret", "auth.previous_signing_secrets"}))
    return;
  check_masters(subject, "auth.signing_secret", auth.signing_secret,
                "auth.previous_signing_secrets", auth.previous_signing_secrets);
  if (auth.signing_secret.empty() && !auth.previous_signing_secrets.empty())
    subject.add_problem(subject.origin({"auth.previous_signing_secrets"}),
                        "auth.previous_signing_secrets goes with auth.signing_secret, which is not "
                        "set; a key file has its earlier keys itself");
  if (auth.signing_secret.empty() && auth.key_file.empty())
    subject.add_problem(subject.origin({"auth.key_file"}),
                        "auth.key_file must name a file, for auth.signing_secret is not set");
}

void check_sealing(collector& subject) {
  const auto& wechat = subject.values().wechat;
  if (!subject.is_sound({"wechat.sealing_secret", "wechat.previous_sealing_secrets"})) return;
  check_masters(subject, "wechat.sealing_secret", wechat.sealing_secret,
                "wechat.previous_sealing_secrets", wechat.previous_sealing_secrets);
  if (wechat.sealing_secret.empty() && !wechat.previous_sealing_secrets.empty())
    subject.add_problem(subject.origin({"wechat.previous_sealing_secrets"}),
                        "wechat.previous_sealing_secrets goes with wechat.sealing_secret, which is "
                        "not set");
}

// A path (RFC 3986, 3.3) as it stands in a request line; no query, no fragment.
bool is_url_path(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, [](char letter) {
           return letter > ' ' && letter <= '~' && letter != '?' && letter != '#';
         });
}

bool is_collector_url(std::string_view url) {
  const auto path = url.find('/', std::min(url.find("://"), url.size() - 1) + 3);
  if (path == std::string_view::npos) return is_web_origin(url);
  return is_web_origin(url.substr(0, path)) && is_url_path(url.substr(path));
}

// A name of RFC 9110, section 5.6.2, a colon, and visible characters.
bool is_header(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto is_of_name = [&](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || marks.find(letter) != std::string_view::npos;
  };
  return std::ranges::all_of(text.substr(0, colon), is_of_name) &&
         std::ranges::all_of(text.substr(colon + 1),
                             [](char letter) { return letter >= ' ' && letter <= '~'; });
}

void check_tracing(collector& subject) {
  const auto& tracing = subject.values().tracing;
  if (subject.is_sound({"tracing.endpoint"}) && !tracing.endpoint.empty() &&
      !is_collector_url(tracing.endpoint))
    subject.add_problem(subject.origin({"tracing.endpoint"}),
                        "tracing.endpoint must be http(s)://host[:port][/path], such as "
                        "\"http://127.0.0.1:4318/v1/traces\"");
  if (!subject.is_sound({"tracing.headers"})) return;
  for (std::size_t index = 0; index < tracing.headers.size(); ++index)
    if (!is_header(tracing.headers[index].reveal()))
      subject.add_problem(subject.origin({"tracing.headers"}),
                          "tracing.headers: entry " + std::to_string(index + 1) +
                              " must be the name of a header, a colon and its value");
}

void check_log_levels(collector& subject) {
  if (!subject.is_sound({"log.levels"})) return;
  const auto& levels = subject.values().log.levels;
  for (std::size_t index = 0; index < levels.size(); ++index)
    if (!log::parse_source_level(levels[index]))
      subject.add_problem(subject.origin({"log.levels"}),
                          "log.levels: entry " + std::to_string(index + 1) +
                              " must be a module and a level, such as \"http=debug\"");
}

void check_lifetimes(collector& subject) {
  const auto& auth = subject.values().auth;
  if (!subject.is_sound({"auth.access_ttl", "auth.refresh_idle_ttl", "auth.refresh_absolute_ttl"}))
    return;
  if (auth.access_ttl >= auth.refresh_idle_ttl)
    subject.add_problem(subject.origin({"auth.access_ttl", "auth.refresh_idle_ttl"}),
                        "auth.access_ttl must be less than auth.refresh_idle_ttl");
  if (auth.refresh_idle_ttl > auth.refresh_absolute_ttl)
    subject.add_problem(subject.origin({"auth.refresh_idle_ttl", "auth.refresh_absolute_ttl"}),
                        "auth.refresh_idle_ttl must not be more than auth.refresh_absolute_ttl");
}

} // namespace

void check_live_forms(collector& subject) {
  check_origins(subject);
  check_proxies(subject);
  check_log_levels(subject);
}

void check_live_together(collector& subject) {
  const auto& http = subject.values().http;
  if (!subject.is_sound({"http.cors", "http.cors_origins"})) return;
  if (http.cors == cors_mode::list && http.cors_origins.empty())
    subject.add_problem(subject.origin({"http.cors"}),
                        "http.cors is \"list\", but http.cors_origins is empty: name the origins, "
                        "or set http.cors to \"off\" or \"any\"");
}

void complete_and_check(collector& subject) {
  check_http(subject);
  check_live_together(subject);
  check_live_forms(subject);
  check_operator(subject);
  check_database(subject);
  check_wechat(subject);
  check_apps(subject);
  check_simulator(subject);
  check_signing(subject);
  check_sealing(subject);
  check_lifetimes(subject);
  check_tracing(subject);
}

} // namespace maque::config

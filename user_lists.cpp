#include "account_database.hpp"
#include "commands.hpp"
#include "domain/limits.hpp"
#include "terminal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <limits>

// The commands that show accounts.

namespace maque {

namespace {

/// As in a table: to the second.
std::string shown(utc_time time) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

constexpr const char* account_columns = "{:<19}  {:<24}  {:<8}  {:<8}  {:>6}  {:>8}  {}\n";

void print_row(const account& each) {
  std::cout << fmt::format(account_columns, to_string(each.who.id), each.username.value_or("-"),
                           to_string(each.who.role), each.who.disabled ? "disabled" : "enabled",
                           each.wechat_identities, each.open_sessions, shown(each.who.created_at));
}

void print_json(const account& each) {
  nlohmann::ordered_json line{{"id", to_string(each.who.id)},
                              {"username", nullptr},
                              {"role", to_string(each.who.role)},
                              {"disabled", each.who.disabled},
                              {"wechat_identities", each.wechat_identities},
                              {"open_sessions", each.open_sessions},
                              {"created_at", to_rfc3339(each.who.created_at)}};
  if (each.username) line["username"] = *each.username;
  std::cout << line.dump() << '\n';
}

result<void> print_accounts(const config::user_arguments& asked, db::store& accounts) {
  if (!asked.json)
    std::cout << fmt::format(account_columns, "ID", "USERNAME", "ROLE", "STATE", "WECHAT",
                             "SESSIONS", "CREATED");
  std::uint64_t left = asked.limit.value_or(std::numeric_limits<std::uint64_t>::max());
  account_page_query query;
  while (left > 0) {
    query.limit = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(left, std::uint64_t{limits::page_size_max}));
    const auto page = accounts.list_accounts(query);
    if (!page) return tl::unexpected{page.error()};
    for (const account& each : *page)
      asked.json ? print_json(each) : print_row(each);
    if (page->size() < query.limit) break;
    left -= page->size();
    query.after = page->back().who.id;
  }
  return {};
}

std::string_view state_of(const session& of, const config::settings& settings, utc_time now) {
  if (now >= of.expires_at) return "absolute limit passed";
  if (now >= of.last_seen_at + settings.auth.refresh_idle_ttl) return "idle limit passed";
  return "open";
}

result<void> print_sessions(const config::command& asked, const config::settings& settings,
                            db::store& accounts) {
  constexpr const char* columns = "{:<19}  {:<21}  {:<20}  {:<20}  {:<15}  {}\n";
  const auto whom = find_user(accounts, asked.user.user);
  if (!whom) return tl::unexpected{whom.error()};
  const auto sessions = accounts.list_sessions(whom->id);
  if (!sessions) return tl::unexpected{sessions.error()};
  std::cout << fmt::format(columns, "ID", "STATE", "CREATED", "LAST SEEN", "ADDRESS", "DEVICE");
  const utc_time now = system_time_source{}.now();
  for (const session& each : *sessions)
    std::cout << fmt::format(columns, to_string(each.id), state_of(each, settings, now),
                             shown(each.created_at), shown(each.last_seen_at),
                             printable(each.address), printable(each.device));
  return {};
}

} // namespace

int list_users(const config::command& asked, const config::settings& settings) {
  const auto printed = open_accounts(settings).and_then(
      [&](const auto& accounts) { return print_accounts(asked.user, *accounts); });
  return printed ? EXIT_SUCCESS : report(printed.error());
}

int list_user_sessions(const config::command& asked, const config::settings& settings) {
  const auto printed = open_accounts(settings).and_then(
      [&](const auto& accounts) { return print_sessions(asked, settings, *accounts); });
  return printed ? EXIT_SUCCESS : report(printed.error());
}

} // namespace maque

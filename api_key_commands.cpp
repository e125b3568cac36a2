#include "account_database.hpp"
#include "command_ids.hpp"
#include "commands.hpp"
#include "security/api_key.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <vector>

// The commands about API keys. The keys themselves are kept by nobody but those who have them.

namespace maque {

namespace {

std::string seconds_of(utc_time time) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::string time_or(const std::optional<utc_time>& time, const char* otherwise) {
  return time ? seconds_of(*time) : otherwise;
}

/// For people: "shop (id 123)".
std::string describe_key(const api_key& one) {
  return one.name + " (id " + to_string(one.id) + ")";
}

/// A word that scripts can look for.
std::string_view state_of(const api_key& one, utc_time now) {
  if (one.revoked_at) return "revoked";
  return one.is_good_at(now) ? "good" : "expired";
}

result<void> add_key(const config::api_key_arguments& asked, db::store& database) {
  if (!is_api_key_name(asked.name))
    return fail(errc::invalid_field, {},
                R"(a name has 1 to 64 letters, digits, ".", "_" and "-", and a letter first)");
  const std::string secret_text = security::make_api_key();
  api_key made;
  made.created_at = system_time_source{}.now();
  made.id = {make_command_ids().next(made.created_at)};
  made.name = asked.name;
  made.hash = security::hash_api_key(secret_text);
  made.scopes = asked.scopes;
  if (asked.lifetime) made.expires_at = made.created_at + *asked.lifetime;
  const auto added = perform<api_key>(database, add_api_key{made});
  if (!added && added.error().code == errc::conflict)
    return fail(errc::conflict, {},
                "there is a key " + asked.name + " already: revoke it, or take another name");
  if (!added) return tl::unexpected{added.error()};
  std::cout << "API key " << describe_key(*added) << ": added, scopes: " << added->scopes.text()
            << ", expires: " << time_or(added->expires_at, "never")
            << "\nkey, shown this once: " << secret_text << '\n';
  return {};
}

result<void> list_keys(db::store& database) {
  constexpr const char* columns = "{:<19}  {:<16}  {:<7}  {:<20}  {:<20}  {:<20}  {}\n";
  const auto all = database.list_api_keys();
  if (!all) return tl::unexpected{all.error()};
  const utc_time now = system_time_source{}.now();
  std::cout << fmt::format(columns, "ID", "NAME", "STATE", "CREATED", "EXPIRES", "LAST USED",
                           "SCOPES");
  for (const api_key& each : *all)
    std::cout << fmt::format(columns, each.id.value, each.name, state_of(each, now),
                             seconds_of(each.created_at), time_or(each.expires_at, "never"),
                             time_or(each.last_used_at, "never"), each.scopes.text());
  return {};
}

/// @param which the name of one that was not revoked, or an id.
result<api_key> find_key(db::store& database, const std::string& which) {
  const auto all = database.list_api_keys();
  if (!all) return tl::unexpected{all.error()};
  const auto id = api_key_id::parse(which);
  for (const api_key& each : *all) {
    if (id ? each.id != *id : each.revoked_at || each.name != which) continue;
    if (each.revoked_at)
      return fail(errc::conflict, {}, "the key " + describe_key(each) + " was revoked before");
    return each;
  }
  return fail(errc::conflict, {}, "there is no such key");
}

result<void> revoke_key(const config::api_key_arguments& asked, db::store& database) {
  const auto found = find_key(database, asked.which);
  if (!found) return tl::unexpected{found.error()};
  const utc_time now = system_time_source{}.now();
  const auto revoked = perform<api_key>(database, revoke_api_key{found->id, now});
  if (!revoked) return tl::unexpected{revoked.error()};
  std::cout << "API key " << describe_key(*revoked)
            << ": revoked, last used: " << time_or(revoked->last_used_at, "never") << '\n';
  return {};
}

} // namespace

int manage_api_keys(const config::command& asked, const config::settings& settings) {
  const auto done = open_accounts(settings).and_then([&](const auto& database) {
    if (asked.what == config::action::apikey_list) return list_keys(*database);
    if (asked.what == config::action::apikey_revoke) return revoke_key(asked.api_key, *database);
    return add_key(asked.api_key, *database);
  });
  return done ? EXIT_SUCCESS : report(done.error());
}

} // namespace maque

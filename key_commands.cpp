#include "account_database.hpp"
#include "command_audit.hpp"
#include "commands.hpp"
#include "security/key_store.hpp"
#include "security/random.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <string>
#include <string_view>

// The commands that look after the signing keys. None of them prints a secret.

namespace maque {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

result<void> refuse_configured_secret(const config::settings& settings) {
  if (settings.auth.signing_secret.empty()) return {};
  return fail(errc::invalid_field, {},
              "the signing key is auth.signing_secret, so there is no key file to list or rotate: "
              "make another secret, set auth.signing_secret to it, and add the present one to "
              "auth.previous_signing_secrets (docs/operations.md, \"Signing keys\")");
}

security::token_lifetimes lifetimes_of(const config::settings& settings) {
  return {duration_cast<seconds>(settings.auth.access_ttl),
          duration_cast<seconds>(settings.auth.refresh_absolute_ttl)};
}

std::string time_or_dash(utc_time time) {
  return time == utc_time::min() || time == utc_time::max() ? "-" : to_rfc3339(time);
}

std::string_view state_of(const security::timed_key& key, const security::timed_key& signer,
                          utc_time now) {
  if (&key == &signer) return "signs";
  if (key.signs_from > now) return "signs later";
  return now < key.refresh_until ? "verifies" : "ended";
}

constexpr std::string_view row = "{:<12}  {:<9}  {:<11}  {:<20}  {:<20}  {}\n";

int list_keys(const config::settings& settings) {
  const auto allowed = refuse_configured_secret(settings);
  if (!allowed) return report(allowed.error());
  const auto ring = security::load_key_ring(settings.auth.key_file, lifetimes_of(settings));
  if (!ring) return report(ring.error());
  const utc_time now = system_time_source{}.now();
  const auto& signer = ring->signer(now);
  std::cout << fmt::format(row, "KID", "ALGORITHM", "STATE", "SIGNS SINCE", "ACCESS TOKENS UNTIL",
                           "REFRESH TOKENS UNTIL");
  for (const auto& each : ring->keys())
    std::cout << fmt::format(row, each.key.kid, to_string(each.key.algorithm),
                             state_of(each, signer, now), time_or_dash(each.signs_from),
                             time_or_dash(each.access_until), time_or_dash(each.refresh_until));
  return EXIT_SUCCESS;
}

/// The key is there by now: that the audit log can't have it is said, and no more.
void note_rotation(const config::settings& settings, const std::string& kid) {
  const auto database = open_accounts(settings);
  if (database)
    note_action(**database, "keys.rotate", kid);
  else
    std::cerr << "maque: the audit log could not be written: " << database.error().cause << '\n';
}

int rotate_keys(const config::command& asked, const config::settings& settings) {
  const auto allowed = refuse_configured_secret(settings);
  if (!allowed) return report(allowed.error());
  security::initialize();
  const auto made = security::rotate_keys(
      settings.auth.key_file, {security::parse_key_algorithm(asked.algorithm),
                               system_time_source{}.now(), asked.delay, lifetimes_of(settings)});
  if (!made) return report(made.error());
  std::cout << fmt::format("{} {} signs from {}\n", made->key.kid, to_string(made->key.algorithm),
                           to_rfc3339(made->signs_from));
  note_rotation(settings, made->key.kid);
  return EXIT_SUCCESS;
}

} // namespace

int manage_keys(const config::command& asked, const config::settings& settings) {
  return asked.what == config::action::keys_list ? list_keys(settings)
                                                 : rotate_keys(asked, settings);
}

} // namespace maque

#pragma once

#include "command_audit.hpp"
#include "config/settings.hpp"
#include "db/store.hpp"
#include "domain/account.hpp"
#include "domain/errors.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace maque {

/// A connection that reads and writes accounts; the schema is brought up to date before. Prepares
/// the source of randomness, too.
result<std::unique_ptr<db::store>> open_accounts(const config::settings& settings);

/// A user who was asked for.
struct known_user {
  user_id id;
  std::optional<credential> login; ///< Nothing: he has no password.
};

/// @param text a username, or "id:DIGITS". Fails with user_not_found, with invalid_field if it is
/// neither.
result<known_user> find_user(db::store& accounts, const std::string& text);

/// For people, and as find_user() reads it: "alice (id:123)", or "id:123" without a username.
std::string describe(const known_user& who);

/// One write, of which the audit log is told. @tparam Outcome what the request says that its
/// outcome is.
template <class Outcome>
result<Outcome> perform(db::store& accounts, const write_request& request) {
  auto outcome = std::move(accounts.apply({&request, 1}).at(0));
  if (!outcome) return tl::unexpected{std::move(outcome.error())};
  note_command(accounts, request);
  return std::get<Outcome>(std::move(*outcome));
}

/// "1 session", "2 sessions"
std::string count(std::size_t number, const std::string& noun);

} // namespace maque

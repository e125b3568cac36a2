#include "account_database.hpp"
#include "command_ids.hpp"
#include "commands.hpp"
#include "domain/username.hpp"
#include "new_password.hpp"
#include "terminal.hpp"

#include <cstdlib>
#include <iostream>

// The commands that change accounts. Servers that run on the same database look for sessions that
// ended there, so that what is done here is in force with them within seconds.

namespace maque {

namespace {

using config::user_arguments;

utc_time now() {
  return system_time_source{}.now();
}

/// What an operator did, and to whom.
void tell(const known_user& whom, const std::string& what) {
  std::cout << describe(whom) << ": " << what << '\n';
}

std::string ended(const ended_sessions& sessions) {
  return count(sessions.size(), "session") + " ended";
}

result<void> add(db::store& accounts, const user_arguments& asked,
                 const config::settings& settings) {
  const auto name = username::parse(asked.user);
  if (!name) return tl::unexpected{name.error()};
  const auto password = get_password(asked.password, *name, settings);
  if (!password) return tl::unexpected{password.error()};
  register_user added;
  added.at = now();
  added.id = {make_command_ids().next(added.at)};
  added.role = asked.role;
  added.username = name->text();
  added.password_hash = password->hash;
  const auto admitted = perform<user_admitted>(accounts, added);
  if (!admitted && admitted.error().code == errc::username_taken)
    return fail(errc::username_taken, {}, "there is a user " + name->text() + " already");
  if (!admitted) return tl::unexpected{admitted.error()};
  std::cout << name->text() << " (id:" << to_string(admitted->who.id) << "): added, with the role "
            << to_string(asked.role) << '\n';
  print(*password);
  return {};
}

result<void> set_disabled(db::store& accounts, const known_user& whom, bool disabled) {
  const auto sessions =
      perform<ended_sessions>(accounts, set_user_disabled{whom.id, disabled, now()});
  if (!sessions) return tl::unexpected{sessions.error()};
  tell(whom, disabled ? "disabled, " + ended(*sessions) : "enabled");
  return {};
}

result<void> remove(db::store& accounts, const known_user& whom, const user_arguments& asked) {
  if (!asked.yes && !is_interactive())
    return fail(errc::invalid_field, {},
                "nobody is there to ask whether to delete " + describe(whom) +
                    ": give --yes if you are sure");
  if (!asked.yes && !confirm("Delete " + describe(whom) + " for good?"))
    return fail(errc::conflict, {}, "nothing was deleted");
  const auto sessions = perform<ended_sessions>(accounts, delete_user{whom.id, now()});
  if (!sessions) return tl::unexpected{sessions.error()};
  tell(whom, "deleted, " + ended(*sessions));
  return {};
}

result<void> set_password(db::store& accounts, const known_user& whom, const user_arguments& asked,
                          const config::settings& settings) {
  if (!whom.login)
    return fail(errc::user_not_found, {}, describe(whom) + " has no username and password");
  const auto name = username::parse(whom.login->username);
  const auto password = get_password(asked.password, name.value_or(username{}), settings);
  if (!password) return tl::unexpected{password.error()};
  change_password change;
  change.user = whom.id;
  change.to_hash = password->hash;
  change.at = now();
  const auto sessions = perform<ended_sessions>(accounts, change);
  if (!sessions) return tl::unexpected{sessions.error()};
  tell(whom, "has another password, " + ended(*sessions));
  print(*password);
  return {};
}

result<void> log_out(db::store& accounts, const known_user& whom, const user_arguments& asked) {
  const auto scope = asked.session ? logout_scope::this_session : logout_scope::all;
  const auto sessions = perform<ended_sessions>(
      accounts, end_sessions{whom.id, asked.session.value_or(session_id{}), scope, now()});
  if (!sessions) return tl::unexpected{sessions.error()};
  if (asked.session && sessions->empty())
    return fail(errc::session_not_found, {},
                describe(whom) + " has no open session " + to_string(*asked.session));
  tell(whom, ended(*sessions));
  return {};
}

result<void> change(const config::command& asked, const config::settings& settings) {
  const auto accounts = open_accounts(settings);
  if (!accounts) return tl::unexpected{accounts.error()};
  db::store& store = **accounts;
  if (asked.what == config::action::user_add) return add(store, asked.user, settings);

  const auto whom = find_user(store, asked.user.user);
  if (!whom) return tl::unexpected{whom.error()};
  switch (asked.what) {
  case config::action::user_disable:
    return set_disabled(store, *whom, true);
  case config::action::user_enable:
    return set_disabled(store, *whom, false);
  case config::action::user_delete:
    return remove(store, *whom, asked.user);
  case config::action::user_set_password:
    return set_password(store, *whom, asked.user, settings);
  case config::action::user_logout:
    return log_out(store, *whom, asked.user);
  default:
    return fail(errc::internal, {}, "not a command that changes users");
  }
}

} // namespace

int manage_users(const config::command& asked, const config::settings& settings) {
  const auto done = change(asked, settings);
  return done ? EXIT_SUCCESS : report(done.error());
}

} // namespace maque

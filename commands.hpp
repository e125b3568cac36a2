#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "db/store.hpp"
#include "domain/errors.hpp"

#include <memory>

namespace maque {

/// Does what the command line asks for, with settings that were checked. Returns the exit code.
int execute(const config::command& asked, const config::settings& settings);

/// export, import and backup: carries all data to and from files.
int move_data(const config::command& asked, const config::settings& settings);

/// config-values …: the live configuration.
int manage_values(const config::command& asked, const config::settings& settings);

/// user …: the accounts.
int manage_users(const config::command& asked, const config::settings& settings);

/// user import: accounts that another system had.
int import_users(const config::command& asked, const config::settings& settings);

/// user list and user sessions.
int list_users(const config::command& asked, const config::settings& settings);
int list_user_sessions(const config::command& asked, const config::settings& settings);

/// invitation …: who may register where that is by invitation.
int manage_invitations(const config::command& asked, const config::settings& settings);

/// apikey …: what lets other services in.
int manage_api_keys(const config::command& asked, const config::settings& settings);

/// keys list and keys rotate: the file of the signing keys.
int manage_keys(const config::command& asked, const config::settings& settings);

/// The database that the settings name.
std::unique_ptr<db::store_factory> stores_of(const config::settings& settings);

/// Tells the user what went wrong. Returns the exit code.
int report(const error& problem);

/// Runs the server until a signal ends it: SIGTERM and SIGINT finish what is in flight, a second
/// one ends at once. SIGHUP reads the sources again: what can change live does.
int serve(const config::settings& settings, const config::sources& from);

} // namespace maque

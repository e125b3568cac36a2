#pragma once

#include "db/store.hpp"
#include "domain/storage.hpp"

#include <string>

namespace maque {

/// Who a command is for the audit log: "command line (USER)", by the name that the system has for
/// whoever runs it.
std::string command_operator();

/// Writes to the audit log what a command has done. Requests that only look are left out. If it
/// can't be written, says so on standard error: what was done is done.
void note_command(db::store& to, const write_request& done);
/// The same of what is no request to the database.
void note_action(db::store& to, std::string action, std::string subject);

} // namespace maque

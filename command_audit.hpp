#pragma once

#include "db/store.hpp"
#include "domain/storage.hpp"

namespace maque {

/// Writes to the audit log what a command has done: who is "command line (USER)", by the name that
/// the system has for him. Requests that only look are left out. If it can't be written, says so on
/// standard error: what was done is done.
void note_command(db::store& to, const write_request& done);

} // namespace maque

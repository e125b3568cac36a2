#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace maque {

/// Does what the command line asks for, with settings that were checked. Returns the exit code.
int execute(const config::command& asked, const config::settings& settings);

/// Runs the server until a signal ends it: SIGTERM and SIGINT finish what is in flight, a second
/// one ends at once.
int serve(const config::settings& settings);

} // namespace maque

#pragma once

#include "config/command_line.hpp"

#include <CLI/CLI.hpp>

namespace maque::config {

/// `user …`
void add_users(CLI::App& program, command& asked);

/// `invitation …`
void add_invitations(CLI::App& program, command& asked);

/// `apikey …`
void add_api_keys(CLI::App& program, command& asked);

} // namespace maque::config

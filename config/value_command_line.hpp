#pragma once

#include "config/command_line.hpp"

#include <CLI/CLI.hpp>

namespace maque::config {

/// `config-values …`
void add_values(CLI::App& program, command& asked);

} // namespace maque::config

#pragma once

#include "config/collector.hpp"

namespace maque::config {

/// Sets the defaults that depend on other options, and checks what no single option's range says:
/// the form of addresses, and the options that have to go together.
void complete_and_check(collector& subject);

/// The checks of options that can change live: of the form of each one,
void check_live_forms(collector& subject);
/// and of those that have to go together.
void check_live_together(collector& subject);

} // namespace maque::config

#pragma once

#include "config/collector.hpp"

namespace maque::config {

/// Sets the defaults that depend on other options, and checks what no single option's range says:
/// the form of addresses, and the options that have to go together.
void complete_and_check(collector& subject);

} // namespace maque::config

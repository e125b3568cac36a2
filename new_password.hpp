#pragma once

#include "config/command_line.hpp"
#include "domain/secret.hpp"
#include "domain/username.hpp"

#include <string>

namespace maque {

/// A password that an operator sets.
struct new_password {
  std::string hash;
  secret made{}; ///< To be printed once; empty unless it was made here.
};

/// Gets it from where the command line says, and hashes it if it isn't yet. Fails with
/// invalid_field if it may not be set (validate_password()) or the hash can't be verified here.
result<new_password> get_password(config::password_source from, const username& who,
                                  const config::settings& settings);

/// Tells the operator a password that was made here.
void print(const new_password& password);

} // namespace maque

#pragma once

#include "actors/protocol.hpp"

#include <string>

namespace maque::http {

/// Appends the members that the replies to a login and to a refresh share, without the braces.
void append_tokens(std::string& out, const tokens& issued);

} // namespace maque::http

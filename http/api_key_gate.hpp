#pragma once

#include "http/exchange.hpp"

#include <string_view>

namespace maque::http {

class handler_context;

/// Serves an exchange by its route if the key is good and has the route's scope. It is looked up in
/// the database each time, so that one that was revoked is worth nothing from that moment on.
/// Answers with unauthenticated whether a key is unknown, expired or revoked; with forbidden if it
/// is not for this.
void admit_by_api_key(handler_context& context, const exchange_ptr& asking, std::string_view key);

} // namespace maque::http

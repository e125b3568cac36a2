#pragma once

#include "http/exchange.hpp"

#include <string>

namespace maque::http {

class handler_context;

/// Answers with this data once all lanes serve what has just been published. If that can't be told,
/// answers all the same: it is published, and the lanes will notice.
void succeed_when_in_force(handler_context& context, const exchange_ptr& asked,
                           std::string data_json);

} // namespace maque::http

#pragma once

#include "actors/message_meter.hpp"
#include "http/exchange.hpp"
#include "telemetry/trace_spans.hpp"

namespace maque::http {

/// What leaves the process of a request: first its own span, with its method and the pattern of its
/// route, never the path that was asked for.
finished_trace trace_of(const exchange& ended, const request_trail::recording& recorded,
                        kind_names& names);

} // namespace maque::http

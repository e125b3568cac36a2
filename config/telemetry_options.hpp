#pragma once

#include "config/option_bounds.hpp"

#include <array>
#include <string_view>

/// The rows of the sections [log] and [tracing].
namespace maque::config {

inline constexpr std::array<std::string_view, 7> log_levels = {"trace", "debug",    "info", "warn",
                                                               "error", "critical", "off"};

inline constexpr auto telemetry_options = std::to_array<option>({
    {.name = "log.level",
     .locate = [](settings& all) -> location { return &all.log.level; },
     .choices = log_levels,
     .help = "The least severe lines to write."},
    {.name = "log.levels",
     .locate = [](settings& all) -> location { return &all.log.levels; },
     .limits = {0, 9},
     .help =
         "The same for single modules, as \"http=debug\"; modules are server, http, actors, db, "
         "wechat, security, config, telemetry, cluster."},
    {.name = "log.file",
     .locate = [](settings& all) -> location { return &all.log.file; },
     .limits = file_name,
     .help = "The file to write to; empty is standard output."},
    {.name = "log.rotate_mb",
     .locate = [](settings& all) -> location { return &all.log.rotate_mb; },
     .limits = {1, 10'240},
     .unit = "MiB",
     .help = "The size at which a new file is begun."},
    {.name = "log.rotate_files",
     .locate = [](settings& all) -> location { return &all.log.rotate_files; },
     .limits = {1, 1'000},
     .unit = "files",
     .help = "Old files to keep."},
    {.name = "log.access_sample",
     .locate = [](settings& all) -> location { return &all.log.access_sample; },
     .limits = {0, 1},
     .help = "The part of successful requests that has a line in the access log; failures always "
             "have one."},
    {.name = "log.slow_request",
     .locate = [](settings& all) -> location { return &all.log.slow_request; },
     .limits = timeout,
     .help = "A request that takes longer always has a line."},
    {.name = "log.slow_query",
     .locate = [](settings& all) -> location { return &all.log.slow_query; },
     .limits = timeout,
     .help = "What the database takes longer for has a line, too."},

    {.name = "tracing.endpoint",
     .locate = [](settings& all) -> location { return &all.tracing.endpoint; },
     .limits = {0, 2'048},
     .help = "The collector that traces are sent to by OTLP/HTTP, as http(s)://host[:port][/path]; "
             "without a path it is /v1/traces; empty is none."},
    {.name = "tracing.ratio",
     .locate = [](settings& all) -> location { return &all.tracing.ratio; },
     .limits = {0, 1},
     .help = "The part of traces that is sent; failed and slow requests always are, and so are "
             "those that the caller's traceparent has sampled."},
    {.name = "tracing.slow",
     .locate = [](settings& all) -> location { return &all.tracing.slow; },
     .limits = timeout,
     .help = "A request that takes longer is always sent."},
    {.name = "tracing.timeout",
     .locate = [](settings& all) -> location { return &all.tracing.timeout; },
     .limits = {1, minute},
     .help = "How long the collector may take to answer; then the traces are lost."},
    {.name = "tracing.queue",
     .locate = [](settings& all) -> location { return &all.tracing.queue; },
     .limits = {1, 100'000},
     .unit = "traces",
     .help = "Traces that may wait for the collector; the next one is lost."},
    {.name = "tracing.batch",
     .locate = [](settings& all) -> location { return &all.tracing.batch; },
     .limits = {1, 10'000},
     .unit = "traces",
     .help = "Traces that are sent in one call."},
    {.name = "tracing.interval",
     .locate = [](settings& all) -> location { return &all.tracing.interval; },
     .limits = timeout,
     .help = "How long a trace waits at most for others to be sent with."},
    {.name = "tracing.service_name",
     .locate = [](settings& all) -> location { return &all.tracing.service_name; },
     .limits = {1, 255},
     .help = "The name of this service in traces."},
    {.name = "tracing.headers",
     .locate = [](settings& all) -> location { return &all.tracing.headers; },
     .limits = {0, 16},
     .help = "What else the collector wants to have in each call, such as a token: each as "
             "\"name: value\"."},
});

} // namespace maque::config

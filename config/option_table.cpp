#include "config/option.hpp"

#include <array>

namespace maque::config {

namespace {

using word = std::string_view;

constexpr std::array<word, 3> cors_modes = {"off", "list", "any"};
constexpr std::array<word, 2> algorithms = {"HS256", "EdDSA"};
constexpr std::array<word, 2> wechat_modes = {"simulator", "live"};
constexpr std::array<word, 7> log_levels = {"trace", "debug",    "info", "warn",
                                            "error", "critical", "off"};

constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t kibibyte = 1'024;
constexpr std::int64_t mebibyte = 1'024 * kibibyte;

constexpr bounds timeout{1, hour};
// At least more than the shortest lifetime of an access token.
constexpr bounds session_lifetime{2 * second, 3'650 * day, second};
// A host name (RFC 1035, 2.3.4), a path (PATH_MAX) and a URL that anybody would type.
constexpr bounds host_name{1, 253};
constexpr bounds file_name{0, 4'095};
constexpr bounds url{1, 2'048};

constexpr std::array<option, 46> table = {{
    {.name = "server.lanes",
     .locate = [](settings& all) -> location { return &all.server.lanes; },
     .limits = {0, 256},
     .unit = "threads",
     .help = "Threads that serve requests; 0 is one for each core."},
    {.name = "server.shutdown_grace",
     .locate = [](settings& all) -> location { return &all.server.shutdown_grace; },
     .limits = timeout,
     .help = "How long requests in flight may go on once the server is told to stop."},

    {.name = "http.host",
     .locate = [](settings& all) -> location { return &all.http.host; },
     .limits = host_name,
     .help = "The address to listen on."},
    {.name = "http.port",
     .locate = [](settings& all) -> location { return &all.http.port; },
     .limits = {0, 65'535},
     .help = "The port to listen on; 0 is any free one."},
    {.name = "http.header_timeout",
     .locate = [](settings& all) -> location { return &all.http.header_timeout; },
     .limits = timeout,
     .help = "How long a client may take to send the header of a request."},
    {.name = "http.body_timeout",
     .locate = [](settings& all) -> location { return &all.http.body_timeout; },
     .limits = timeout,
     .help = "How long a client may take to send the body of a request."},
    {.name = "http.idle_timeout",
     .locate = [](settings& all) -> location { return &all.http.idle_timeout; },
     .limits = timeout,
     .help = "How long a connection stays open without a request."},
    {.name = "http.write_timeout",
     .locate = [](settings& all) -> location { return &all.http.write_timeout; },
     .limits = timeout,
     .help = "How long a client may take to read a response."},
    {.name = "http.request_timeout",
     .locate = [](settings& all) -> location { return &all.http.request_timeout; },
     .limits = timeout,
     .help = "How long the server may take to answer; then the answer is an error."},
    {.name = "http.max_header_bytes",
     .locate = [](settings& all) -> location { return &all.http.max_header_bytes; },
     .limits = {kibibyte, 64 * kibibyte},
     .unit = "bytes",
     .help = "The longest header of a request."},
    {.name = "http.max_body_bytes",
     .locate = [](settings& all) -> location { return &all.http.max_body_bytes; },
     .limits = {kibibyte, 64 * mebibyte},
     .unit = "bytes",
     .help = "The longest body of a request."},
    {.name = "http.max_connections",
     .locate = [](settings& all) -> location { return &all.http.max_connections; },
     .limits = {1, 1'000'000},
     .unit = "connections",
     .help = "Connections that may be open at a time."},
    {.name = "http.cors",
     .locate = [](settings& all) -> location { return &all.http.cors; },
     .choices = cors_modes,
     .help = "Which web pages may call the API from a browser; mini-programs don't need it."},
    {.name = "http.cors_origins",
     .locate = [](settings& all) -> location { return &all.http.cors_origins; },
     .limits = {0, 100},
     .help = "The origins that http.cors = \"list\" allows, as scheme://host[:port]."},

    {.name = "database.url",
     .locate = [](settings& all) -> location { return &all.database.url; },
     .limits = url,
     .help = "Where the data is: \"sqlite:\" and the path of a file, or "
             "\"postgres://USER:PASSWORD@HOST:PORT/DATABASE\"."},
    {.name = "database.pool_size",
     .locate = [](settings& all) -> location { return &all.database.pool_size; },
     .limits = {1, 1'000},
     .unit = "connections",
     .help = "Connections to the database, of all lanes together; at least one a lane is made."},
    {.name = "database.max_overflow",
     .locate = [](settings& all) -> location { return &all.database.max_overflow; },
     .limits = {0, 1'000},
     .unit = "connections",
     .help = "Further connections while requests wait for one; closed when they are idle."},
    {.name = "database.pool_timeout",
     .locate = [](settings& all) -> location { return &all.database.pool_timeout; },
     .limits = timeout,
     .help = "How long a request may wait for a connection; its own deadline may come first."},
    {.name = "database.statement_timeout",
     .locate = [](settings& all) -> location { return &all.database.statement_timeout; },
     .limits = timeout,
     .help = "How long a statement may wait and run."},
    {.name = "database.idle_timeout",
     .locate = [](settings& all) -> location { return &all.database.idle_timeout; },
     .limits = {second, day},
     .help = "How long a connection that is not needed is kept."},
    {.name = "database.max_lifetime",
     .locate = [](settings& all) -> location { return &all.database.max_lifetime; },
     .limits = {second, day},
     .help = "How long a connection is used before it is replaced by a new one."},

    {.name = "wechat.mode",
     .locate = [](settings& all) -> location { return &all.wechat.mode; },
     .choices = wechat_modes,
     .help = "Whom to ask about logins; if it is not set, WeChat if there is an appid."},
    {.name = "wechat.appid",
     .locate = [](settings& all) -> location { return &all.wechat.appid; },
     .limits = {0, 64},
     .help = "The mini-program's AppID."},
    {.name = "wechat.app_secret",
     .locate = [](settings& all) -> location { return &all.wechat.app_secret; },
     .limits = {0, 256},
     .help = "The mini-program's AppSecret."},
    {.name = "wechat.base_url",
     .locate = [](settings& all) -> location { return &all.wechat.base_url; },
     .limits = url,
     .help = "Where WeChat's server API is, as scheme://host[:port]."},
    {.name = "wechat.timeout",
     .locate = [](settings& all) -> location { return &all.wechat.timeout; },
     .limits = timeout,
     .help = "How long a call to WeChat may take."},
    {.name = "wechat.workers",
     .locate = [](settings& all) -> location { return &all.wechat.workers; },
     .limits = {1, 64},
     .unit = "threads",
     .help = "Calls to WeChat that may run at a time."},

    {.name = "auth.key_file",
     .locate = [](settings& all) -> location { return &all.auth.key_file; },
     .limits = file_name,
     .help = "The file that holds the key for tokens; it is made if it is missing."},
    {.name = "auth.signing_secret",
     .locate = [](settings& all) -> location { return &all.auth.signing_secret; },
     .limits = {0, 1'024},
     .help = "The key for tokens itself, at least 32 bytes; if set, there is no key file."},
    {.name = "auth.previous_signing_secrets",
     .locate = [](settings& all) -> location { return &all.auth.previous_signing_secrets; },
     .limits = {0, 7},
     .help = "Earlier or later values of auth.signing_secret, whose tokens are accepted, too."},
    {.name = "auth.algorithm",
     .locate = [](settings& all) -> location { return &all.auth.algorithm; },
     .choices = algorithms,
     .help = "How the key signs that a new key file begins with, or that is auth.signing_secret; "
             "with \"EdDSA\" other services can verify."},
    {.name = "auth.issuer",
     .locate = [](settings& all) -> location { return &all.auth.issuer; },
     .limits = {1, 255},
     .help = "The iss claim of access tokens."},
    {.name = "auth.audience",
     .locate = [](settings& all) -> location { return &all.auth.audience; },
     .limits = {1, 255},
     .help = "The aud claim of access tokens."},
    {.name = "auth.access_ttl",
     .locate = [](settings& all) -> location { return &all.auth.access_ttl; },
     .limits = {second, day, second},
     .help = "How long an access token is good."},
    {.name = "auth.refresh_idle_ttl",
     .locate = [](settings& all) -> location { return &all.auth.refresh_idle_ttl; },
     .limits = session_lifetime,
     .help = "How long a session lasts without a refresh."},
    {.name = "auth.refresh_absolute_ttl",
     .locate = [](settings& all) -> location { return &all.auth.refresh_absolute_ttl; },
     .limits = session_lifetime,
     .help = "How long a session lasts at most."},
    {.name = "auth.reuse_window",
     .locate = [](settings& all) -> location { return &all.auth.reuse_window; },
     .limits = {0, 5 * minute, second},
     .help = "How long a refresh may be repeated by a client that lost the reply."},

    {.name = "cache.users",
     .locate = [](settings& all) -> location { return &all.cache.users; },
     .limits = {0, 10'000'000},
     .unit = "users",
     .help = "Profiles that each lane keeps in memory; with 0 every request reads the database."},
    {.name = "cache.ttl",
     .locate = [](settings& all) -> location { return &all.cache.ttl; },
     .limits = {1, day},
     .help = "How long a profile is kept."},
    {.name = "cache.negative_ttl",
     .locate = [](settings& all) -> location { return &all.cache.negative_ttl; },
     .limits = timeout,
     .help = "How long it is remembered that a user doesn't exist."},

    {.name = "log.level",
     .locate = [](settings& all) -> location { return &all.log.level; },
     .choices = log_levels,
     .help = "The least severe lines to write."},
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
}};

} // namespace

std::span<const option> all_options() noexcept {
  return table;
}

} // namespace maque::config

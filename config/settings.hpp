#pragma once

#include "domain/secret.hpp"
#include "domain/wechat_app.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Every option of the server. Each is given in maque.toml as `key` in its `[section]`, in `.env`
/// or the environment as MAQUE_SECTION_KEY, or as the flag --section.key=value; each source goes
/// over the one before. The table in settings.cpp is the one place that has defaults, units and
/// ranges; maque.example.toml and env.example are checked against it by a test.
namespace maque::config {

using std::chrono::milliseconds;

enum class cors_mode : std::uint8_t { off, list, any };
enum class proxy_header : std::uint8_t { x_forwarded_for, forwarded };
enum class token_algorithm : std::uint8_t { hs256, eddsa };
enum class wechat_mode : std::uint8_t { simulator, live };
enum class registration_mode : std::uint8_t { open, invitation, closed };

struct settings {
  struct {
    std::uint32_t lanes = 0; ///< 0: one for each core.
    milliseconds shutdown_grace{10'000};
  } server;

  struct {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080; ///< 0: any free one.
    milliseconds header_timeout{10'000};
    milliseconds body_timeout{30'000};
    milliseconds idle_timeout{75'000};
    milliseconds write_timeout{30'000};
    milliseconds request_timeout{10'000};
    std::uint32_t max_header_bytes = 8 * 1024;
    std::uint32_t max_body_bytes = 1024 * 1024;
    std::uint32_t max_connections = 20'000;
    cors_mode cors = cors_mode::off;
    std::vector<std::string> cors_origins;
    std::vector<std::string> trusted_proxies;
    proxy_header forwarded_header = proxy_header::x_forwarded_for;
  } http;

  struct {
    std::string host = "127.0.0.1";
    std::uint16_t port = 9090; ///< 0: any free one.
    std::filesystem::path token_file = "./data/operator.token";
    secret token; ///< If set, instead of token_file.
    milliseconds session_idle{std::chrono::minutes{30}};
    milliseconds session_absolute{std::chrono::hours{12}};
    std::vector<std::string> allowed_hosts; ///< Besides host, localhost and addresses.
    milliseconds audit_kept{std::chrono::hours{24 * 365}};
  } admin;

  struct {
    std::string url = "sqlite:./data/maque.db";
    std::uint32_t pool_size = 10;    ///< Connections, of all lanes together.
    std::uint32_t max_overflow = 20; ///< Further ones while requests wait.
    milliseconds pool_timeout{30'000};
    milliseconds statement_timeout{2'000};
    milliseconds idle_timeout{60'000};
    milliseconds max_lifetime{std::chrono::minutes{30}};
  } database;

  struct {
    wechat_mode mode =
        wechat_mode::simulator; ///< If it is not given, load() sets live if an appid is.
    std::string appid;
    secret app_secret;
    secret push_token;   ///< Set: messages are pushed to /wechat/push/{appid}.
    secret push_aes_key; ///< Set: they have to be encrypted.
    /// The tables [[wechat.app]], which have the keys of the four above.
    std::vector<wechat_app> further_apps;
    std::string base_url = "https://api.weixin.qq.com";
    milliseconds timeout{5'000};
    std::uint32_t workers = 4;      ///< That are always there.
    std::uint32_t max_workers = 64; ///< While calls wait.
    milliseconds worker_idle_timeout{30'000};
    secret sealing_secret;                        ///< If set, instead of the keys for tokens.
    std::vector<secret> previous_sealing_secrets; ///< Only open.
  } wechat;

  struct {
    std::filesystem::path key_file = "./data/signing.key";
    secret signing_secret;                        ///< If set, instead of key_file.
    std::vector<secret> previous_signing_secrets; ///< Only verify.
    token_algorithm algorithm = token_algorithm::hs256;
    std::string issuer = "maque";
    std::string audience = "maque";
    milliseconds access_ttl{std::chrono::minutes{15}};
    milliseconds refresh_idle_ttl{std::chrono::hours{24 * 30}};
    milliseconds refresh_absolute_ttl{std::chrono::hours{24 * 90}};
    milliseconds reuse_window{10'000};
    std::uint32_t max_sessions = 20; ///< Of a user.
  } auth;

  struct {
    registration_mode registration = registration_mode::closed;
  } accounts;

  /// See domain/throttle.hpp.
  struct {
    std::uint32_t account_attempts = 10;
    std::uint32_t source_attempts = 100;
    std::uint32_t pair_attempts = 5;
    std::uint32_t device_attempts = 10;
    milliseconds first_delay{1'000};
    milliseconds longest_delay{std::chrono::minutes{15}};
    milliseconds forget_after{std::chrono::hours{24}};
  } throttle;

  struct {
    std::uint32_t memory_mib = 46;
    std::uint32_t passes = 1;
    std::uint32_t workers = 0; ///< 0: half as many as there are cores, at least one.
    std::uint32_t queue = 256;
  } password;

  struct {
    std::uint32_t users = 100'000; ///< Entries a lane.
    milliseconds ttl{60'000};
    milliseconds negative_ttl{2'000};
  } cache;

  struct {
    std::string level = "info";
    std::vector<std::string> levels; ///< "module=level"
    std::string file;                ///< Empty: standard output.
    std::uint32_t rotate_mb = 100;
    std::uint32_t rotate_files = 5;
    double access_sample = 1.0;
    milliseconds slow_request{1'000};
    milliseconds slow_query{200};
  } log;

  struct {
    std::string endpoint; ///< Empty: no traces.
    double ratio = 0.01;
    milliseconds slow{1'000};
    milliseconds timeout{3'000};
    std::uint32_t queue = 2'048; ///< Traces that wait.
    std::uint32_t batch = 512;   ///< Traces in one call.
    milliseconds interval{1'000};
    std::string service_name = "maque";
    std::vector<secret> headers; ///< Each "name: value".
  } tracing;
};

/// One thing that is wrong with what was given.
struct problem {
  /// Where: "maque.toml:12", ".env:3", "environment MAQUE_HTTP_PORT", "flag --http.port".
  std::string where;
  /// What is wrong and what would be right.
  std::string what;
};

struct sources {
  /// The files. One that was named by the user has to exist. Empty: none.
  std::filesystem::path file = "maque.toml";
  bool file_required = false;
  std::filesystem::path env_file = ".env";
  bool env_file_required = false;
  /// All variables of the process; those that don't begin with MAQUE_ are ignored.
  std::map<std::string, std::string> environment;
  /// "section.key" and value, in the order of the command line.
  std::vector<std::pair<std::string, std::string>> flags;
};

struct outcome {
  settings values;
  /// Empty: the settings can be used.
  std::vector<problem> problems;
};

/// Reads all sources and checks everything, so that all problems are told at once.
outcome load(const sources& from);

/// All settings with their values, as TOML that load() accepts. A secret that is set is shown as a
/// comment with "[redacted]", so it has to be given again.
std::string show(const settings& values);

/// One option, for help texts and documentation.
struct option_description {
  std::string name;         ///< "section.key"
  std::string variable;     ///< "MAQUE_SECTION_KEY"
  std::string default_text; ///< As in the environment.
  std::string default_toml;
  std::string expected; ///< "a whole number of bytes from 1024 to 65536"
  std::string help;     ///< One sentence.
  bool live = false;    ///< It can change while the server runs.
};

/// In the order of maque.example.toml.
std::vector<option_description> describe_options();

/// The names of all options, "section.key", in the order of maque.example.toml.
std::vector<std::string> option_names();

} // namespace maque::config

#include "config_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

namespace maque::config {
namespace {

class SettingsOptions : public config_fixture {};

// The lowest and the highest value of an option, and their neighbours outside; empty: there is
// none.
struct ends {
  const char* name;
  std::string below;
  std::string lowest;
  std::string highest;
  std::string above;
};

std::vector<ends> all_ends() {
  const auto bytes = [](std::size_t count) { return std::string(count, 'x'); };
  const auto sqlite = [](std::size_t count) { return "sqlite:" + std::string(count - 7, 'x'); };
  std::vector<ends> rows = {
      {"server.lanes", "-1", "0", "256", "257"},
      {"http.host", "", "x", bytes(253), bytes(254)},
      {"admin.host", "", "x", bytes(253), bytes(254)},
      {"http.port", "-1", "0", "65535", "65536"},
      {"admin.port", "-1", "0", "65535", "65536"},
      {"admin.token_file", "", "x", bytes(4095), bytes(4096)},
      {"admin.session_idle", "59s", "1m", "1d", "25h"},
      {"admin.session_absolute", "59s", "1m", "30d", "31d"},
      {"admin.allowed_hosts", "x y", "x", "ops.example.com", "https://x"},
      {"admin.audit_kept", "23h", "1d", "3650d", "3651d"},
      {"admin.token", bytes(31), bytes(32), bytes(1024), bytes(1025)},
      {"http.max_header_bytes", "1023", "1024", "65536", "65537"},
      {"http.max_body_bytes", "1023", "1024", "67108864", "67108865"},
      {"http.max_connections", "0", "1", "1000000", "1000001"},
      {"http.cors", "on", "off", "any", "all"},
      {"database.url", "sqlite:", "sqlite:x", sqlite(2048), sqlite(2049)},
      {"database.pool_size", "0", "1", "1000", "1001"},
      {"database.max_overflow", "-1", "0", "1000", "1001"},
      {"database.idle_timeout", "999ms", "1s", "1d", "25h"},
      {"database.max_lifetime", "999ms", "1s", "1d", "25h"},
      {"wechat.mode", "real", "simulator", "simulator", "Simulator"},
      {"wechat.app_secret", {}, "", bytes(256), bytes(257)},
      {"wechat.workers", "0", "1", "1024", "1025"},
      {"wechat.max_workers", "0", "1", "1024", "1025"},
      {"wechat.push_token", "ab", "abc", std::string(32, 'x'), std::string(33, 'x')},
      {"wechat.push_aes_key", bytes(42), "", bytes(43), bytes(44)},
      {"wechat.sealing_secret", bytes(31), bytes(32), bytes(1024), bytes(1025)},
      {"wechat.previous_sealing_secrets", bytes(31), {}, bytes(32), {}},
      {"auth.key_file", "", "x", bytes(4095), bytes(4096)},
      {"auth.signing_secret", bytes(31), bytes(32), bytes(1024), bytes(1025)},
      {"auth.previous_signing_secrets", bytes(31), {}, bytes(32), {}},
      {"auth.algorithm", "hs256", "HS256", "EdDSA", "none"},
      {"auth.issuer", "", "x", bytes(255), bytes(256)},
      {"auth.audience", "", "x", bytes(255), bytes(256)},
      {"auth.access_ttl", "0s", "1s", "1d", "86401s"},
      {"auth.refresh_idle_ttl", "1s", "2s", "3650d", "3651d"},
      {"auth.refresh_absolute_ttl", "1s", "2s", "3650d", "3651d"},
      {"auth.reuse_window", "-1s", "0s", "5m", "301s"},
      {"password.memory_mib", "45", "46", "256", "257"},
      {"password.passes", "0", "1", "10", "11"},
      {"password.workers", "-1", "0", "64", "65"},
      {"password.queue", "0", "1", "100000", "100001"},
      {"cache.users", "-1", "0", "10000000", "10000001"},
      {"cache.ttl", "0", "1ms", "1d", "86400001"},
      {"auth.max_sessions", "0", "1", "1000", "1001"},
      {"accounts.registration", "everybody", "open", "closed", "Open"},
      {"throttle.account_attempts", "0", "1", "1000000", "1000001"},
      {"throttle.source_attempts", "0", "1", "1000000", "1000001"},
      {"throttle.pair_attempts", "0", "1", "1000000", "1000001"},
      {"throttle.device_attempts", "0", "1", "1000000", "1000001"},
      {"throttle.longest_delay", "0ms", "1ms", "1d", "86400001"},
      {"throttle.forget_after", "999ms", "1s", "30d", "2592000001"},
      {"log.level", "all", "trace", "off", "none"},
      {"log.file", {}, "", bytes(4095), bytes(4096)},
      {"log.rotate_mb", "0", "1", "10240", "10241"},
      {"log.rotate_files", "0", "1", "1000", "1001"},
      {"log.access_sample", "-0.001", "0", "1", "1.001"},
      {"wechat.base_url", "http:/x", "http://x", "https://x:65535", "https://x:65536"},
      {"http.cors_origins", "x", "http://x", "https://x:65535", "https://x:65536"},
      {"log.levels", "http", "http=trace", "cluster=off", "http=loud"},
      {"http.trusted_proxies", "10.0.0.1/8", "0.0.0.0/0", "::1", "localhost"},
      {"http.forwarded_header", "via", "x-forwarded-for", "forwarded", "Forwarded"},
      {"wechat.appid", {}, "", bytes(64), bytes(65)},
      {"tracing.endpoint", "localhost:4318", "", "https://x:65535/a/b", "https://x:65536"},
      {"tracing.ratio", "-0.001", "0", "1", "1.001"},
      {"tracing.timeout", "0ms", "1ms", "1m", "60001"},
      {"tracing.queue", "0", "1", "100000", "100001"},
      {"tracing.batch", "0", "1", "10000", "10001"},
      {"tracing.service_name", "", "x", bytes(255), bytes(256)},
      {"tracing.headers", "token", {}, "x-token: secret", "a b: c"},
  };
  for (const auto* name :
       {"server.shutdown_grace", "http.header_timeout", "http.body_timeout", "http.idle_timeout",
        "http.write_timeout", "http.request_timeout", "database.statement_timeout",
        "database.pool_timeout", "wechat.timeout", "wechat.worker_idle_timeout",
        "cache.negative_ttl", "log.slow_request", "log.slow_query", "throttle.first_delay",
        "tracing.slow", "tracing.interval"})
    rows.push_back({name, "0ms", "1ms", "1h", "3600001"});
  return rows;
}

// The flags that give one option this value, and make others go together with it.
std::vector<std::pair<std::string, std::string>> flags_for(const std::string& name,
                                                           const std::string& text) {
  std::vector<std::pair<std::string, std::string>> flags = {{"wechat.mode", "simulator"}};
  if (name.starts_with("auth.refresh_"))
    flags.insert(flags.end(), {{"auth.access_ttl", "1s"},
                               {"auth.refresh_idle_ttl", "2s"},
                               {"auth.refresh_absolute_ttl", "3650d"}});
  if (name == "auth.previous_signing_secrets")
    flags.emplace_back("auth.signing_secret", "fedcba9876543210fedcba9876543210");
  if (name == "wechat.previous_sealing_secrets")
    flags.emplace_back("wechat.sealing_secret", "fedcba9876543210fedcba9876543210");
  if (name == "wechat.push_aes_key") flags.emplace_back("wechat.push_token", "token");
  flags.emplace_back(name, text);
  return flags;
}

TEST_F(SettingsOptions, AreCheckedAtBothEndsOfTheirRanges) {
  std::set<std::string> seen;
  for (const auto& [name, below, lowest, highest, above] : all_ends()) {
    seen.insert(name);
    for (const auto& good : {lowest, highest}) {
      from.flags = flags_for(name, good);
      EXPECT_EQ(describe(load(from).problems), "") << name << "=" << good;
    }
    for (const auto& bad : {below, above}) {
      if (bad.empty() && lowest.empty()) continue;
      from.flags = flags_for(name, bad);
      EXPECT_THAT(load(from).problems,
                  testing::ElementsAre(is_problem(std::string{"flag --"} + name, name)))
          << name << "=" << bad;
    }
  }
  const auto names = option_names();
  EXPECT_EQ(seen, std::set<std::string>(names.begin(), names.end()));
}

TEST_F(SettingsOptions, HaveAVariableOfTheirNameAndAreDescribed) {
  std::set<std::string> variables;
  for (const auto& each : describe_options()) {
    auto expected = "MAQUE_" + each.name;
    std::transform(expected.begin(), expected.end(), expected.begin(), [](unsigned char letter) {
      return letter == '.' ? '_' : static_cast<char>(std::toupper(letter));
    });
    EXPECT_EQ(each.variable, expected);
    EXPECT_TRUE(variables.insert(each.variable).second) << "two settings are " << each.variable;
    EXPECT_FALSE(each.expected.empty());
    EXPECT_THAT(each.help, testing::EndsWith("."));
  }
}

TEST_F(SettingsOptions, AreAllTakenAsVariablesAndAsFlags) {
  for (const auto& each : describe_options()) {
    from.environment = {{each.variable, each.default_text}};
    from.flags = {{each.name, each.default_text}};
    const auto read = load(from);
    EXPECT_EQ(describe(read.problems), "");
    EXPECT_EQ(show(read.values), show(settings{}));
  }
}

std::string read_file(const std::string& name) {
  std::ifstream in{std::string{MAQUE_CONFIG_FOLDER "/"} + name};
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// Prose begins with "# ", an option that is commented out with "#".
std::string uncomment(const std::string& text) {
  std::istringstream in{text};
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const bool is_option = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out.append(is_option ? line.substr(1) : line).append("\n");
  }
  return out;
}

// The comment above each commented-out option of a file, by "section.key" or variable.
std::map<std::string, std::string> read_comments(const std::string& text, char assignment) {
  std::istringstream in{text};
  std::map<std::string, std::string> out;
  std::string section;
  std::string comment;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1) + ".";
    if (line.starts_with("# ")) {
      comment.append(comment.empty() ? "" : " ").append(line.substr(2));
    } else if (line.starts_with('#') && line.size() > 1) {
      const auto name = line.substr(1, line.find(assignment) - 1);
      out[section + name.substr(0, name.find(' '))] = comment;
      comment.clear();
    } else {
      comment.clear();
    }
  }
  return out;
}

TEST_F(SettingsOptions, StandInTheExampleFileWithDefaultAndRange) {
  const auto example = read_file("maque.example.toml");
  const auto comments = read_comments(example, '=');
  const auto options = describe_options();
  EXPECT_EQ(comments.size(), options.size());
  std::size_t last = 0;
  for (const auto& each : options) {
    const auto key = each.name.substr(each.name.find('.') + 1);
    const auto place = example.find("\n#" + key + " = " + each.default_toml + "\n", last);
    ASSERT_NE(place, std::string::npos) << each.name << " is missing, or not in the right order";
    last = place;
    const auto comment = comments.find(each.name);
    ASSERT_NE(comment, comments.end()) << each.name;
    EXPECT_THAT(comment->second, testing::StartsWith(each.help));
    EXPECT_THAT(comment->second, testing::HasSubstr(each.expected.substr(1) + "."));
  }
}

TEST_F(SettingsOptions, StandInTheExampleOfTheEnvironmentWithTheirDefaults) {
  const auto example = read_file("env.example");
  const auto comments = read_comments(example, '=');
  const auto options = describe_options();
  EXPECT_EQ(comments.size(), options.size());
  for (const auto& each : options) {
    EXPECT_THAT(example,
                testing::HasSubstr("\n#" + each.variable + "=" + each.default_text + "\n"));
    EXPECT_EQ(comments.at(each.variable), each.help);
  }
}

TEST_F(SettingsOptions, HaveTheirDefaultsIfTheExamplesAreUncommented) {
  write_toml(uncomment(read_file("maque.example.toml")));
  const auto from_toml = load(from);
  EXPECT_EQ(describe(from_toml.problems), "");
  EXPECT_EQ(show(from_toml.values), show(settings{}));

  write_toml("[http]\nport = 1\n"); // Gone over by the other file.
  write_env_file(uncomment(read_file("env.example")));
  const auto from_variables = load(from);
  EXPECT_EQ(describe(from_variables.problems), "");
  EXPECT_EQ(show(from_variables.values), show(settings{}));
}

TEST_F(SettingsOptions, AreShownAsTomlThatLoadsToTheSame) {
  from.flags = {{"server.lanes", "7"},
                {"http.cors", "list"},
                {"http.cors_origins", "https://a.example,http://b.example:81"},
                {"http.idle_timeout", "90s"},
                {"http.header_timeout", "1ms"},
                {"database.url", "sqlite:C:\\data \"x\" 麻雀.db"},
                {"wechat.appid", "wx0123456789abcdef"},
                {"wechat.app_secret", "0123456789abcdef0123456789abcdef"},
                {"auth.signing_secret", "fedcba9876543210fedcba9876543210"},
                {"auth.reuse_window", "0s"},
                {"log.access_sample", "0.1"}};
  const auto first = load(from);
  ASSERT_EQ(describe(first.problems), "");
  const auto shown = show(first.values);

  write_toml(shown);
  from.flags = {{"wechat.app_secret", "0123456789abcdef0123456789abcdef"},
                {"auth.signing_secret", "fedcba9876543210fedcba9876543210"}};
  const auto second = load(from);
  EXPECT_EQ(describe(second.problems), "");
  EXPECT_EQ(show(second.values), shown);
  EXPECT_EQ(second.values.database.url, first.values.database.url);
  EXPECT_EQ(second.values.http.cors_origins, first.values.http.cors_origins);
  EXPECT_EQ(second.values.wechat.mode, wechat_mode::live);
}

TEST_F(SettingsOptions, Asvs13_3_1_AreShownWithoutTheirSecrets) {
  settings values;
  values.wechat.app_secret = secret{"hidden-one"};
  values.wechat.sealing_secret = secret{"hidden-five"};
  values.wechat.previous_sealing_secrets = {secret{"hidden-six"}};
  values.auth.signing_secret = secret{"hidden-two"};
  values.auth.previous_signing_secrets = {secret{"hidden-three"}, secret{"hidden-four"}};
  const auto shown = show(values);
  EXPECT_EQ(shown.find("hidden"), std::string::npos);
  EXPECT_NE(shown.find("app_secret = \"[redacted]\""), std::string::npos);
  EXPECT_NE(shown.find("# sealing_secret = \"[redacted]\""), std::string::npos);
  EXPECT_NE(shown.find("# previous_sealing_secrets = \"[redacted]\""), std::string::npos);
  EXPECT_NE(shown.find("# signing_secret = \"[redacted]\""), std::string::npos);
  EXPECT_NE(shown.find("# previous_signing_secrets = \"[redacted]\""), std::string::npos);

  write_toml(shown);
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_TRUE(read.values.auth.signing_secret.empty()) << "the placeholder became the key";
}

TEST_F(SettingsOptions, Asvs13_3_1_AreShownWithoutThePasswordOfTheDatabase) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"postgres://maque:hidden@db.example:5433/maque",
       "# url = \"postgres://[redacted]@db.example:5433/maque\""},
      {"postgresql://db/maque?sslmode=require&password=hidden",
       "# url = \"postgresql://[redacted]@db/maque\""},
      {"postgres://db/maque", "\nurl = \"postgres://db/maque\""}};
  for (const auto& [url, line] : rows) {
    settings values;
    values.database.url = url;
    EXPECT_THAT(show(values), testing::HasSubstr(line + "\n"));
    EXPECT_THAT(show(values), testing::Not(testing::HasSubstr("hidden")));
  }
}

} // namespace
} // namespace maque::config

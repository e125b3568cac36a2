#include "config/app_tables.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace maque::config {

namespace {

constexpr std::array<std::string_view, 4> app_keys = {"appid", "app_secret", "push_token",
                                                      "push_aes_key"};
constexpr std::string_view prefix = "MAQUE_WECHAT_APP_";

/// The members of [wechat] that an app has, as an app.
wechat_app first_app(const settings& values) {
  const auto& wechat = values.wechat;
  return {wechat.appid, wechat.app_secret, wechat.push_token, wechat.push_aes_key};
}

/// As find_option() and show() want it: an app in the place of the first one.
settings as_first(const wechat_app& app) {
  settings out;
  out.wechat.appid = app.appid;
  out.wechat.app_secret = app.app_secret;
  out.wechat.push_token = app.push_token;
  out.wechat.push_aes_key = app.push_aes_key;
  return out;
}

std::string title(std::size_t number) {
  return "[[wechat.app]] " + std::to_string(number) + ": ";
}

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

constexpr std::size_t shortest_token = 3;
constexpr std::size_t aes_key_characters = 43;

/// What WeChat's console takes on its page "Message push"; empty if all is well.
std::string find_push_problem(const wechat_app& app) {
  const std::string& token = app.push_token.reveal();
  const std::string& key = app.push_aes_key.reveal();
  if (!token.empty() && (token.size() < shortest_token || !is_alphanumeric(token)))
    return "push_token must be 3 to 32 letters and digits";
  if (!key.empty() && (key.size() != aes_key_characters || !is_alphanumeric(key)))
    return "push_aes_key must be 43 letters and digits";
  if (!key.empty() && token.empty()) return "push_aes_key goes with push_token, which is not set";
  return {};
}

} // namespace

const option* find_app_option(std::string_view key) noexcept {
  const bool known = std::ranges::find(app_keys, key) != app_keys.end();
  return known ? find_option("wechat." + std::string{key}) : nullptr;
}

std::optional<app_variable> parse_app_variable(std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::size_t number = 0;
  const auto [stop, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failure != std::errc{} || number == 0) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(stop - name.data()));
  for (const std::string_view key : app_keys) {
    const option& of = *find_app_option(key);
    // "MAQUE_WECHAT" and what follows it.
    if (of.variable().substr(std::string_view{"MAQUE_WECHAT"}.size()) == name)
      return app_variable{number, &of};
  }
  return std::nullopt;
}

void give_app(std::size_t number, const option& of, const given_value& value,
              const std::string& where, collector& into) {
  if (number > app_tables_max)
    return into.add_problem(where, "there may be " + std::to_string(app_tables_max) +
                                       " tables [[wechat.app]] at most");
  auto& apps = into.values().wechat.further_apps;
  apps.resize(std::max(apps.size(), number));
  settings scratch = as_first(apps[number - 1]);
  if (const auto stored = store(of, value, scratch); !stored)
    return into.add_problem(where, title(number) + stored.error());
  apps[number - 1] = first_app(scratch);
}

std::string show_apps(const std::vector<wechat_app>& apps) {
  std::string out;
  for (const wechat_app& app : apps) {
    const settings values = as_first(app);
    out += "\n[[wechat.app]]\n";
    for (const std::string_view key : app_keys) {
      const option& of = *find_app_option(key);
      const bool hidden = of.is_secret() && !to_text(of, values).empty();
      out.append(hidden ? "# " : "").append(key).append(" = ");
      out.append(hidden ? "\"[redacted]\"" : to_toml(of, values)).append("\n");
    }
  }
  return out;
}

void check_apps(collector& subject) {
  const auto& wechat = subject.values().wechat;
  if (!subject.is_sound(
          {"wechat.appid", "wechat.app_secret", "wechat.push_token", "wechat.push_aes_key"}))
    return;
  const std::string origin = subject.origin({"wechat.push_aes_key", "wechat.push_token"});
  if (const auto problem = find_push_problem(first_app(subject.values())); !problem.empty())
    subject.add_problem(origin, "wechat." + problem);
  std::set<std::string> seen{wechat.appid};
  for (std::size_t index = 0; index < wechat.further_apps.size(); ++index) {
    const wechat_app& app = wechat.further_apps[index];
    const auto refuse = [&](const std::string& why) {
      subject.add_problem("section [[wechat.app]]", title(index + 1) + why);
    };
    if (app.appid.empty()) {
      refuse("appid is missing");
    } else if (!seen.insert(app.appid).second) {
      refuse("another one has this appid");
    }
    if (wechat.mode == wechat_mode::live && app.app_secret.empty()) refuse("app_secret is missing");
    if (const auto problem = find_push_problem(app); !problem.empty()) refuse(problem);
  }
}

} // namespace maque::config

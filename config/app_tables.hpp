#pragma once

#include "config/collector.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The tables [[wechat.app]]: further mini-programs. Each has the keys that [wechat] has for the
/// first one. In the environment they are numbered in their order: MAQUE_WECHAT_APP_1_APPID.
namespace maque::config {

inline constexpr std::size_t app_tables_max = 32;

/// The option of [wechat] that says what may stand under `key` in a [[wechat.app]]; null if there
/// is no such key.
const option* find_app_option(std::string_view key) noexcept;

/// What a variable such as MAQUE_WECHAT_APP_2_APP_SECRET is about.
struct app_variable {
  std::size_t number = 0; ///< From 1.
  const option* of = nullptr;
};
std::optional<app_variable> parse_app_variable(std::string_view name);

/// Takes a value for the app of this number, 1 to app_tables_max, and makes those before it, too.
void give_app(std::size_t number, const option& of, const given_value& value,
              const std::string& where, collector& into);

/// The apps as TOML, for show(); secrets as comments.
std::string show_apps(const std::vector<wechat_app>& apps);

void check_apps(collector& subject);

} // namespace maque::config

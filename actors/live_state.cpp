#include "actors/live_state.hpp"

#include "actors/lane_runtime.hpp"
#include "actors/server_blueprint.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace maque {

namespace {

/// Nothing if that is no list of texts, which a server would not have taken over, either.
std::optional<std::vector<std::string>> published_levels(const std::optional<std::string>& json) {
  if (!json) return std::nullopt;
  const auto list = nlohmann::json::parse(*json, nullptr, false);
  const auto is_text = [](const nlohmann::json& each) { return each.is_string(); };
  if (!list.is_array() || !std::ranges::all_of(list, is_text)) return std::nullopt;
  return list.get<std::vector<std::string>>();
}

} // namespace

void set_log_levels(log::logger& log, const config::settings& settings) {
  std::vector<log::source_level> own;
  // All of them are well-formed: load() has seen to it.
  for (const std::string& text : settings.log.levels)
    if (const auto parsed = log::parse_source_level(text)) own.push_back(*parsed);
  log.set_thresholds(log::parse_level(settings.log.level).value_or(log::level::info), own);
}

live_state::live_state(const config::settings& start, log::logger& log, configure_all everywhere)
    : log_{log}, everywhere_{std::move(everywhere)}, view_{start, start, {}} {}

start_child live_state::watcher_child(lane_context& here, actor_meter& meter) {
  here.home.on_tick([&here](steady_time) {
    if (here.config_watcher) caf::anon_send(here.config_watcher, look_for_config{});
  });
  return {config_watcher_state::name,
          [this, &here, &meter] {
            auto started = spawn_on<config_watcher_actor, config_watcher_state>(
                here.home, meter, std::ref(here),
                config_watcher_state::announcement{
                    [this](const shared_config& newer, const std::shared_ptr<void>& applied) {
                      take(newer, applied);
                    }});
            everywhere_([started](lane_context& lane) { lane.config_watcher = started; });
            return caf::actor_cast<caf::actor>(started);
          },
          &meter};
}

void live_state::take(const shared_config& published, const std::shared_ptr<void>& applied) {
  const std::lock_guard lock{mutex_};
  if (published->settings != view_.live) {
    view_.live = published->settings;
    auto [next, problems] = config::apply_live(view_.start, view_.live);
    complain(problems);
    apply(next);
  }
  everywhere_([published, applied](lane_context& lane) { lane.config.adopt(published); });
}

void live_state::reload(const config::settings& read) {
  const std::lock_guard lock{mutex_};
  for (const std::string& name : config::restart_options(view_.start, read))
    log_.of(log::source::config)
        .warn("this setting was changed, which needs a restart",
              {{"setting", std::string_view{name}}});
  view_.start = config::take_live_options(view_.start, read);
  auto [next, problems] = config::apply_live(view_.start, view_.live);
  complain(problems);
  apply(next);
}

nlohmann::json live_state::report() const {
  const view known = [this] {
    const std::lock_guard lock{mutex_};
    return view_;
  }();
  auto rows = nlohmann::json::array();
  for (const config::option_state& each : config::describe_state(known.start, known.live))
    rows.push_back({{"name", each.name},
                    {"value", nlohmann::json::parse(each.value)},
                    {"default", nlohmann::json::parse(each.default_value)},
                    {"live", each.live},
                    {"source", each.source},
                    {"help", each.help}});
  return {{"settings", std::move(rows)}};
}

std::vector<std::string> live_state::levels_in_force() const {
  const std::lock_guard lock{mutex_};
  return view_.now.log.levels;
}

result<http::setting_change>
live_state::plan_log_level(const std::string& level, const std::optional<std::string>& module,
                           const std::optional<std::string>& published) const {
  http::setting_change made{"settings.log.level", nlohmann::json(level).dump()};
  if (module) {
    std::vector<std::string> levels = published_levels(published).value_or(levels_in_force());
    std::erase_if(levels, [&](const std::string& each) { return each.starts_with(*module + "="); });
    levels.push_back(*module + "=" + level);
    made = {"settings.log.levels", nlohmann::json(levels).dump()};
  }
  if (auto wrong = config::check_live_value(made.key, made.json))
    return fail(errc::invalid_field, "level: " + *std::move(wrong));
  return made;
}

void live_state::apply(const config::settings& next) {
  for (const auto& [name, before, after] : config::live_changes(view_.now, next))
    log_.of(log::source::config)
        .line(log::level::info, nullptr, "a setting was changed",
              {{"setting", std::string_view{name}},
               {"from", std::string_view{before}},
               {"to", std::string_view{after}}});
  view_.now = next;
  set_log_levels(log_, next);
  const auto accounts = std::make_shared<const account_policy>(account_policy_of(next));
  const auto front = std::make_shared<const http::live_front_options>(live_front_of(next));
  everywhere_([accounts, front, slow_query = next.log.slow_query](lane_context& lane) {
    lane.accounts = accounts;
    lane.slow_query = slow_query;
    if (lane.change_front) lane.change_front(*front);
  });
}

void live_state::complain(const std::vector<config::problem>& problems) {
  std::vector<std::string> told;
  for (const auto& [where, what] : problems) {
    told.push_back(where);
    told.back().append(": ").append(what);
    if (std::ranges::find(complaints_, told.back()) != complaints_.end()) continue;
    log_.of(log::source::config)
        .line(log::level::error, nullptr, "a published setting can't be used and is left out",
              {{"key", std::string_view{where}}, {"cause", std::string_view{what}}});
  }
  complaints_ = std::move(told);
}

} // namespace maque

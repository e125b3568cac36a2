#include "wechat_simulator/tokens.hpp"

#include "wechat_simulator/days.hpp"
#include "wechat_simulator/identity.hpp"

#include <algorithm>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;

constexpr auto renewal = 5min;
constexpr auto forced_apart = 30s;
constexpr int forced_a_day = 20;
constexpr std::size_t tokens_remembered = 8;

constexpr std::string_view token_prefix = "93_";
constexpr std::size_t token_bytes = 99; // 132 characters of base64
constexpr std::size_t token_characters = token_prefix.size() + token_bytes / 3 * 4;

} // namespace

token_book::grant token_book::make(app_tokens& of, utc_time now) {
  if (of.given.size() >= tokens_remembered) of.given.pop_front();
  of.given.push_back({std::string{token_prefix} + random_text(token_bytes), now + lifetime_});
  ++made_;
  return {0, of.given.back().text, lifetime_};
}

token_book::grant token_book::get(std::string_view appid, utc_time now) {
  const std::scoped_lock lock{mutex_};
  app_tokens& of = apps_.at(appid);
  if (of.given.empty()) return make(of, now);
  const token_entry& latest = of.given.back();
  // A lifetime that was set shorter than the renewal has none: every call would make a new one.
  const auto early = lifetime_ > renewal ? std::chrono::seconds{renewal} : 0s;
  if (latest.invalid || now >= latest.expires - early) return make(of, now);
  return {0, latest.text, std::chrono::floor<std::chrono::seconds>(latest.expires - now)};
}

token_book::grant token_book::force(std::string_view appid, utc_time now) {
  const std::scoped_lock lock{mutex_};
  app_tokens& of = apps_.at(appid);
  if (const auto today = day_of(now); today != of.day) {
    of.day = today;
    of.forced_today = 0;
  }
  if (of.forced_today >= forced_a_day) return {45009};
  if (of.last_forced != utc_time{} && now - of.last_forced < forced_apart) return {45011};
  ++of.forced_today;
  of.last_forced = now;
  for (auto& older : of.given)
    older.invalid = true;
  return make(of, now);
}

token_book::owner token_book::check(std::string_view token, utc_time now) {
  if (token.empty()) return {41001};
  if (token.size() != token_characters || !token.starts_with(token_prefix)) return {40014};
  const std::scoped_lock lock{mutex_};
  for (auto& [appid, of] : apps_) {
    const auto found = std::ranges::find(of.given, token, &token_entry::text);
    if (found == of.given.end()) continue;
    if (found->invalid) return {40001};
    if (now >= found->expires) return {42001};
    return {0, appid};
  }
  return {40001};
}

std::size_t token_book::invalidate(std::string_view appid, utc_time now) {
  const std::scoped_lock lock{mutex_};
  std::size_t ended = 0;
  for (auto& [known, of] : apps_) {
    if (!appid.empty() && appid != known) continue;
    for (auto& token : of.given) {
      ended += !token.invalid && now < token.expires ? 1U : 0U;
      token.invalid = true;
    }
  }
  return ended;
}

void token_book::set_lifetime(std::chrono::seconds lifetime) {
  const std::scoped_lock lock{mutex_};
  lifetime_ = lifetime;
}

std::uint64_t token_book::made() {
  const std::scoped_lock lock{mutex_};
  return made_;
}

void token_book::reset() {
  const std::scoped_lock lock{mutex_};
  apps_.clear();
  lifetime_ = usual_lifetime;
  made_ = 0;
}

} // namespace maque::wechat_simulator

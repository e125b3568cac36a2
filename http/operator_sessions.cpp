#include "http/operator_sessions.hpp"

#include "domain/limits.hpp"
#include "security/operator_token.hpp"

#include <algorithm>
#include <utility>

namespace maque::http {

utc_time operator_sessions::end_of(const operator_session& session) const noexcept {
  return std::min<utc_time>(session.seen_at + policy_.idle, session.opened_at + policy_.absolute);
}

bool operator_sessions::is_over(const operator_session& session, utc_time now) const noexcept {
  return end_of(session) <= now;
}

operator_sessions::opened_session
operator_sessions::open(std::string name, std::optional<user_id> user, utc_time now) {
  std::erase_if(by_hash_, [&](const auto& each) { return is_over(each.second, now); });
  if (by_hash_.size() >= limits::operator_sessions)
    by_hash_.erase(std::ranges::min_element(by_hash_, {},
                                            [](const auto& each) { return each.second.seen_at; }));
  std::string secret = security::make_operator_secret();
  const auto [at, added] =
      by_hash_.emplace(security::hash_operator_secret(secret),
                       operator_session{++last_number_, std::move(name), user,
                                        security::make_operator_secret(), now, now, now});
  static_cast<void>(added); // 256 random bits
  return {std::move(secret), at->second};
}

operator_session* operator_sessions::find(std::string_view secret, utc_time now) {
  const auto found = by_hash_.find(security::hash_operator_secret(secret));
  if (found == by_hash_.end()) return nullptr;
  if (is_over(found->second, now)) {
    by_hash_.erase(found);
    return nullptr;
  }
  found->second.seen_at = std::max(found->second.seen_at, now);
  return &found->second;
}

operator_session* operator_sessions::find_open(std::uint64_t number, utc_time now) {
  for (auto& [hash, each] : by_hash_)
    if (each.number == number) return is_over(each, now) ? nullptr : &each;
  return nullptr;
}

void operator_sessions::end(std::uint64_t number) {
  std::erase_if(by_hash_, [number](const auto& each) { return each.second.number == number; });
}

std::size_t operator_sessions::end_all(user_id user) {
  return std::erase_if(by_hash_, [user](const auto& each) { return each.second.user == user; });
}

} // namespace maque::http

#include "db/postgres_throttles.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"
#include "db/throttle_places.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace maque::db {
namespace {

// A row that is not there can't be locked. Whoever comes second waits here.
const postgres_statement reserve_throttles_statement{
    "reserve_throttles", "INSERT INTO login_throttles (key, failures, last_at, blocked_until)"
                         " SELECT w.key, 0, 0, 0 FROM unnest($1::bytea[]) AS w (key)"
                         " ON CONFLICT (key) DO NOTHING"};
const postgres_statement lock_throttles_statement{
    "lock_throttles", "SELECT t.key, t.failures, t.last_at, t.blocked_until"
                      " FROM login_throttles t WHERE t.key = ANY($1::bytea[])"
                      " ORDER BY t.key FOR UPDATE"};
const postgres_statement put_throttles_statement{
    "put_throttles", "UPDATE login_throttles t SET failures = w.failures, last_at = w.last_at,"
                     " blocked_until = w.blocked_until"
                     " FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[])"
                     " AS w (key, failures, last_at, blocked_until) WHERE t.key = w.key"};
const postgres_statement remove_throttles_statement{
    "remove_throttles", "DELETE FROM login_throttles t WHERE t.key = ANY($1::bytea[])"};

/// The purge may take a row away between the two statements: then both are done again.
constexpr int attempts_max = 10;

template <class Keys, class Digest>
std::string array_of_keys(const Keys& keys, const Digest& digest) {
  return array_of(keys, [&](const auto& each) { return std::span{digest(each)}; });
}

std::string array_of_keys(const std::vector<throttle_key>& keys) {
  return array_of_keys(
      keys, [](const throttle_key& key) -> const auto& { return key.digest; });
}

void sort_and_unify(std::vector<throttle_key>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

template <class Kind>
void add_keys(std::vector<throttle_key>& to, const Kind& request) {
  if constexpr (requires { request.keys; })
    for (const throttle_place& place : places_of(request.keys))
      to.push_back(place.key);
}

} // namespace

void postgres_throttles::lock(std::span<const write_request> requests) {
  key_list needed; // Of the attempts; the others only forgive, where there is something.
  key_list all;
  for (const write_request& each : requests) {
    std::visit([&](const auto& request) { add_keys(all, request); }, each);
    if (const auto* attempt = std::get_if<begin_attempt>(&each)) add_keys(needed, *attempt);
  }
  if (all.empty()) return;
  sort_and_unify(needed);
  sort_and_unify(all);
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    if (!needed.empty()) to_.run(reserve_throttles_statement, array_of_keys(needed));
    read(all);
    if (std::ranges::all_of(needed, [&](const auto& key) { return rows_.contains(key); })) return;
  }
  throw std::runtime_error{"a throttle can neither be made nor found"};
}

void postgres_throttles::read(const key_list& keys) {
  for (const pqxx::row& found : to_.run(lock_throttles_statement, array_of_keys(keys))) {
    rows_[throttle_key{digest_at(found, 0)}] = {
        .state = throttle_state{.failures = static_cast<std::uint32_t>(integer_at(found, 1)),
                                .last_at = from_unix_micros(integer_at(found, 2)),
                                .blocked_until = from_unix_micros(integer_at(found, 3))}};
  }
}

attempt_states postgres_throttles::known(const attempt_keys& keys) const {
  attempt_states states;
  for (const auto& [key, state] : places_of(keys)) {
    const auto found = rows_.find(key);
    if (found != rows_.end() && !says_nothing(found->second.state))
      states.*state = found->second.state;
  }
  return states;
}

void postgres_throttles::keep(const attempt_keys& keys, const attempt_states& states) {
  for (const auto& [key, state] : places_of(keys))
    if (const auto found = rows_.find(key); found != rows_.end())
      found->second = {.state = states.*state, .changed = true};
}

attempt_verdict postgres_throttles::begin(const attempt_keys& keys, const throttle_policy& policy,
                                          utc_time at) {
  attempt_verdict verdict = judge_attempt(keys, known(keys), at, policy);
  if (!verdict.blocked_until) keep(keys, verdict.counted);
  return verdict;
}

void postgres_throttles::forgive(const attempt_keys& keys, const throttle_policy& policy,
                                 utc_time at) {
  keep(keys, maque::forgive(keys, known(keys), at, policy));
}

void postgres_throttles::write() {
  std::vector<std::pair<throttle_key, throttle_state>> changed;
  key_list empty;
  for (const auto& [key, kept] : rows_) {
    if (says_nothing(kept.state))
      empty.push_back(key);
    else if (kept.changed)
      changed.emplace_back(key, *kept.state);
  }
  if (!changed.empty()) {
    const auto of = [&](auto member) {
      return array_of(changed, [member](const auto& each) { return each.second.*member; });
    };
    to_.run(put_throttles_statement,
            array_of_keys(
                changed, [](const auto& each) -> const auto& { return each.first.digest; }),
            of(&throttle_state::failures), of(&throttle_state::last_at),
            of(&throttle_state::blocked_until));
  }
  if (!empty.empty()) to_.run(remove_throttles_statement, array_of_keys(empty));
}

} // namespace maque::db

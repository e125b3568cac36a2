#pragma once

#include "store_fixture.hpp"

#include <algorithm>

namespace maque::db::test {

/// With the password that a registration sets.
inline open_password_session make_opening(std::uint64_t user, std::uint64_t session) {
  return {.user = {user},
          .verified_hash = make_hash("first"),
          .upgraded_hash = std::nullopt,
          .keys = {},
          .policy = strict_policy,
          .opened = make_session(session)};
}

/// Accounts, and what the database knows of the attempts to log in to them.
class account_test : public store_test {
protected:
  result<attempt_begun> begin(attempt_keys keys, utc_time at = noon) {
    return apply_one(make_attempt(keys, at)).map([](write_outcome outcome) {
      return std::get<attempt_begun>(std::move(outcome));
    });
  }

  std::optional<utc_time> blocked_until(attempt_keys keys, utc_time at = noon) {
    return value_of(begin(keys, at)).blocked_until;
  }

  /// The state of a key, read from an archive as no request tells it; nothing if it has no row.
  std::optional<throttle_state> stored(const throttle_key& key) {
    for (const archive_row& row : rows_of("login_throttles")) {
      const auto& digest = std::get<std::vector<std::uint8_t>>(row.at(0));
      if (!std::equal(digest.begin(), digest.end(), key.digest.begin(), key.digest.end())) continue;
      return throttle_state{.failures = static_cast<std::uint32_t>(std::get<std::int64_t>(row[1])),
                            .last_at = from_unix_micros(std::get<std::int64_t>(row[2])),
                            .blocked_until = from_unix_micros(std::get<std::int64_t>(row[3]))};
    }
    return std::nullopt;
  }

  std::vector<archive_row> rows_of(std::string_view table) {
    const auto source = value_of(database.factory->open_source());
    for (const archive_table& each : archive_tables())
      if (each.name == table) return value_of(source->page(each, nullptr, 10'000));
    throw std::runtime_error{"there is no such table"};
  }
};

} // namespace maque::db::test

#include "db/sqlite_phones.hpp"

namespace maque::db {

sqlite_phones::sqlite_phones(sqlite_database& database)
    : find_{database, "SELECT appid, number, local_number, country_code, bound_at"
                      " FROM phone_numbers WHERE user_id = ?1"},
      put_{database, "INSERT INTO phone_numbers (user_id, appid, number, local_number,"
                     " country_code, bound_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                     " ON CONFLICT (user_id) DO UPDATE SET appid = excluded.appid,"
                     " number = excluded.number, local_number = excluded.local_number,"
                     " country_code = excluded.country_code, bound_at = excluded.bound_at"},
      remove_{database, "DELETE FROM phone_numbers WHERE user_id = ?1"} {}

result<std::vector<std::optional<bound_phone>>>
sqlite_phones::find(std::span<const find_bound_phone> wanted) {
  std::vector<std::optional<bound_phone>> phones;
  for (const find_bound_phone& each : wanted) {
    const auto read = [&](const sqlite_row& row) {
      return bound_phone{.user = each.user,
                         .appid = row.text(0),
                         .phone = {row.text(1), row.text(2), row.text(3)},
                         .bound_at = row.time(4)};
    };
    auto found = find_.first(read, each.user);
    if (!found) return tl::unexpected{std::move(found.error())};
    phones.push_back(std::move(*found));
  }
  return phones;
}

result<bound_phone> sqlite_phones::put(const bind_phone_number& request) {
  return put_
      .run(request.user, request.appid, request.phone.number, request.phone.local_number,
           request.phone.country_code, request.at)
      .map([&] {
        return bound_phone{request.user, request.appid, request.phone, request.at};
      });
}

result<void> sqlite_phones::remove(user_id user) {
  return remove_.run(user);
}

} // namespace maque::db

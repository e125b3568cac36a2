#include "db/postgres_phones.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

using std::string;

const postgres_statement find_phones_statement{
    "find_bound_phones",
    "SELECT w.place, p.appid, p.number, p.local_number, p.country_code, p.bound_at"
    " FROM unnest($1::bigint[]) WITH ORDINALITY AS w (user_id, place)"
    " JOIN phone_numbers p ON p.user_id = w.user_id"};

// The lock keeps him from being deleted meanwhile: a number would be left behind.
const postgres_statement bind_phone_statement{
    "bind_phone_number",
    "WITH him AS (SELECT u.id FROM users u WHERE u.id = $1 AND NOT u.disabled"
    " AND u.deleted_at IS NULL FOR NO KEY UPDATE)"
    " INSERT INTO phone_numbers (user_id, appid, number, local_number, country_code, bound_at)"
    " SELECT him.id, $2::text, $3::text, $4::text, $5::text, $6::bigint FROM him"
    " ON CONFLICT (user_id) DO UPDATE SET appid = excluded.appid, number = excluded.number,"
    " local_number = excluded.local_number, country_code = excluded.country_code,"
    " bound_at = excluded.bound_at RETURNING user_id"};

const postgres_statement remove_phone_statement{"remove_phone_number",
                                                "DELETE FROM phone_numbers p WHERE p.user_id = $1"};

} // namespace

std::vector<std::optional<bound_phone>>
find_bound_phones(postgres_connection& from, std::span<const find_bound_phone> wanted) {
  std::vector<std::optional<bound_phone>> found(wanted.size());
  if (wanted.empty()) return found;
  const auto rows =
      from.run(find_phones_statement, array_of(wanted, [](const auto& each) { return each.user; }));
  for (const pqxx::row& row : rows) {
    const auto place = static_cast<std::size_t>(integer_at(row, 0) - 1);
    found.at(place) =
        bound_phone{.user = wanted[place].user,
                    .appid = row[1].as<string>(),
                    .phone = {row[2].as<string>(), row[3].as<string>(), row[4].as<string>()},
                    .bound_at = from_unix_micros(integer_at(row, 5))};
  }
  return found;
}

result<bound_phone> perform(postgres_connection& to, const bind_phone_number& request) {
  const phone_number& phone = request.phone;
  const auto rows =
      to.run(bind_phone_statement, static_cast<std::int64_t>(request.user.value), request.appid,
             phone.number, phone.local_number, phone.country_code, to_unix_micros(request.at));
  if (rows.empty()) return fail(errc::user_not_found);
  return bound_phone{request.user, request.appid, phone, request.at};
}

void remove_phone(postgres_connection& to, user_id user) {
  to.run(remove_phone_statement, static_cast<std::int64_t>(user.value));
}

} // namespace maque::db

#include "db/postgres_invitations.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

using std::string;

constexpr const char* invitation_columns =
    "i.code_hash, i.note, i.uses_left, i.created_at, i.expires_at";

const postgres_statement list_invitations_statement{"list_invitations",
                                                    string{"SELECT "} + invitation_columns +
                                                        " FROM invitations i"
                                                        " ORDER BY i.created_at, i.code_hash"};
const postgres_statement add_invitation_statement{
    "add_invitation",
    string{"INSERT INTO invitations AS i (code_hash, note, uses_left, created_at, expires_at)"
           " VALUES ($1::bytea, $2, $3, $4, ($5::bigint[])[1]) ON CONFLICT (code_hash) DO NOTHING"
           " RETURNING "} +
        invitation_columns};
const postgres_statement remove_invitation_statement{
    "remove_invitation",
    string{"DELETE FROM invitations i WHERE i.code_hash = $1::bytea RETURNING "} +
        invitation_columns};
const postgres_statement lock_invitation_statement{
    "lock_invitation", "SELECT 1 FROM invitations i WHERE i.code_hash = $1::bytea"
                       " AND i.uses_left > 0 AND (i.expires_at IS NULL OR i.expires_at > $2)"
                       " FOR UPDATE"};
const postgres_statement take_invitation_statement{
    "take_invitation", "UPDATE invitations i SET uses_left = i.uses_left - 1"
                       " WHERE i.code_hash = $1::bytea"};

invitation invitation_of(const pqxx::row& row) {
  invitation read{.code_hash = digest_at(row, 0),
                  .note = row[1].as<string>(),
                  .uses_left = static_cast<std::uint32_t>(integer_at(row, 2)),
                  .created_at = from_unix_micros(integer_at(row, 3)),
                  .expires_at = std::nullopt};
  if (!row[4].is_null()) read.expires_at = from_unix_micros(integer_at(row, 4));
  return read;
}

} // namespace

std::vector<invitation> list_invitations(postgres_connection& from) {
  std::vector<invitation> all;
  for (const pqxx::row& row : from.run(list_invitations_statement))
    all.push_back(invitation_of(row));
  return all;
}

result<invitation> perform(postgres_connection& to, const add_invitation& request) {
  const invitation& added = request.added;
  const auto rows = to.run(add_invitation_statement, bytea_of(added.code_hash), added.note,
                           static_cast<std::int64_t>(added.uses_left),
                           to_unix_micros(added.created_at), optional_of(added.expires_at));
  if (rows.empty()) return fail(errc::conflict);
  return invitation_of(rows[0]);
}

result<invitation> perform(postgres_connection& to, const remove_invitation& request) {
  const auto rows = to.run(remove_invitation_statement, bytea_of(request.code_hash));
  if (rows.empty()) return fail(errc::invalid_invitation);
  return invitation_of(rows[0]);
}

bool lock_invitation(postgres_connection& to, const sha256_digest& code_hash, utc_time at) {
  return !to.run(lock_invitation_statement, bytea_of(code_hash), to_unix_micros(at)).empty();
}

void take_invitation(postgres_connection& to, const sha256_digest& code_hash) {
  to.run(take_invitation_statement, bytea_of(code_hash));
}

} // namespace maque::db

#include "db/sqlite_invitations.hpp"

namespace maque::db {
namespace {

constexpr const char* columns_of_invitation = "code_hash, note, uses_left, created_at, expires_at";

invitation read_invitation(const sqlite_row& row) {
  return {.code_hash = row.digest(0),
          .note = row.text(1),
          .uses_left = static_cast<std::uint32_t>(row.integer(2)),
          .created_at = row.time(3),
          .expires_at = row.optional_time(4)};
}

/// The one that a statement has returned.
result<invitation> require(result<std::optional<invitation>> returned, errc otherwise) {
  if (!returned) return tl::unexpected{std::move(returned.error())};
  if (!*returned) return fail(otherwise);
  return **std::move(returned);
}

} // namespace

sqlite_invitations::sqlite_invitations(sqlite_database& database)
    : list_{database, std::string{"SELECT "} + columns_of_invitation +
                          " FROM invitations ORDER BY created_at, code_hash"},
      add_{database, std::string{"INSERT INTO invitations ("} + columns_of_invitation +
                         ") VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (code_hash) DO NOTHING"
                         " RETURNING " +
                         columns_of_invitation},
      remove_{database, std::string{"DELETE FROM invitations WHERE code_hash = ?1 RETURNING "} +
                            columns_of_invitation},
      take_{database, std::string{"UPDATE invitations SET uses_left = uses_left - 1"
                                  " WHERE code_hash = ?1 AND uses_left > 0"
                                  " AND (expires_at IS NULL OR expires_at > ?2) RETURNING "} +
                          columns_of_invitation} {}

result<std::vector<invitation>> sqlite_invitations::list() {
  return list_.all(read_invitation);
}

result<invitation> sqlite_invitations::perform(const add_invitation& request) {
  const invitation& added = request.added;
  return require(add_.first(read_invitation, std::span{added.code_hash}, added.note,
                            static_cast<std::int64_t>(added.uses_left), added.created_at,
                            added.expires_at),
                 errc::conflict);
}

result<invitation> sqlite_invitations::perform(const remove_invitation& request) {
  return require(remove_.first(read_invitation, std::span{request.code_hash}),
                 errc::invalid_invitation);
}

result<void> sqlite_invitations::take(const sha256_digest& code_hash, utc_time at) {
  return require(take_.first(read_invitation, std::span{code_hash}, at), errc::invalid_invitation)
      .map([](const invitation&) {});
}

} // namespace maque::db

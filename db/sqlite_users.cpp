#include "db/sqlite_users.hpp"

namespace maque::db {

user read_user(const sqlite_row& row) {
  return {.id = row.id<user_id>(0),
          .nickname = row.text(1),
          .avatar_url = row.text(2),
          .language = row.text(3),
          // A role that this program doesn't know gives no rights.
          .role = parse_user_role(row.text(4)).value_or(user_role::user),
          .disabled = row.integer(5) != 0,
          .created_at = row.time(6),
          .updated_at = row.time(7),
          .revision = static_cast<std::uint64_t>(row.integer(8))};
}

sqlite_users::sqlite_users(sqlite_database& database)
    : find_{database, "users", user_columns, read_user, " AND deleted_at IS NULL"},
      find_one_{database, std::string{"SELECT "} + user_columns +
                              " FROM users WHERE id = ?1 AND deleted_at IS NULL"},
      list_{database, "SELECT id, nickname, avatar_url FROM users WHERE id > ?1 AND disabled = 0"
                      " AND deleted_at IS NULL ORDER BY id LIMIT ?2"},
      insert_{database, std::string{"INSERT INTO users ("} + user_columns +
                            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      update_{database, std::string{"UPDATE users SET nickname = coalesce(?2, nickname),"
                                    " avatar_url = coalesce(?3, avatar_url),"
                                    " language = coalesce(?4, language),"
                                    " updated_at = max(updated_at, ?5), revision = revision + 1"
                                    " WHERE id = ?1 AND deleted_at IS NULL RETURNING "} +
                            user_columns},
      set_disabled_{database, "UPDATE users SET disabled = ?2, updated_at = max(updated_at, ?3),"
                              " revision = revision + 1 WHERE id = ?1 AND disabled <> ?2"},
      empty_{database, "UPDATE users SET nickname = '', avatar_url = '', language = '',"
                       " role = 'user', updated_at = max(updated_at, ?2), deleted_at = ?2,"
                       " revision = revision + 1 WHERE id = ?1"} {}

result<user> sqlite_users::require(user_id id) {
  auto found = find_one_.first(read_user, id);
  if (!found) return tl::unexpected{std::move(found.error())};
  if (!*found) return fail(errc::user_not_found);
  return **std::move(found);
}

result<void> sqlite_users::set_disabled(user_id id, bool disabled, utc_time at) {
  return set_disabled_.run(id, disabled, at);
}

result<void> sqlite_users::empty(user_id id, utc_time at) {
  return empty_.run(id, at);
}

result<std::vector<std::optional<user>>> sqlite_users::find(std::span<const user_id> ids) {
  return find_.find(ids);
}

result<std::vector<profile_page>> sqlite_users::list(std::span<const user_page_query> wanted) {
  profile_pages_builder pages;
  const auto add = [&pages](const sqlite_row& row) {
    pages.add({row.id<user_id>(0), row.text(1), row.text(2)});
  };
  for (const user_page_query& query : wanted) {
    auto listed = list_.for_each_row(add, query.after.value_or(user_id{}), query.limit);
    if (!listed) return tl::unexpected{std::move(listed.error())};
    pages.end_page();
  }
  return std::move(pages).finish();
}

result<void> sqlite_users::insert(const user& who) {
  return insert_.run(who.id, who.nickname, who.avatar_url, who.language, to_string(who.role),
                     who.disabled, who.created_at, who.updated_at, who.revision);
}

result<user> sqlite_users::update(const update_profile& request) {
  auto updated = update_.first(read_user, request.id, request.patch.nickname,
                               request.patch.avatar_url, request.patch.language, request.at);
  if (!updated) return tl::unexpected{std::move(updated.error())};
  if (!*updated) return fail(errc::user_not_found);
  return **std::move(updated);
}

} // namespace maque::db

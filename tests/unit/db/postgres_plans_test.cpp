#include "db/postgres_accounts.hpp"
#include "db/postgres_api_keys.hpp"
#include "db/postgres_identities.hpp"
#include "db/postgres_invitations.hpp"
#include "db/postgres_phones.hpp"
#include "db/postgres_purge.hpp"
#include "db/postgres_reads.hpp"
#include "postgres_fixture.hpp"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

namespace maque::db::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The plans of what a connection has prepared, in a database that was never analysed: as the
/// planner knows it on the first day.
class PostgresPlans : public postgres_test {
protected:
  PostgresPlans() {
    const auto target = parse_postgres_url(database.url(), statement_timeout);
    connection = std::move(
        *postgres_connection::open(*target, postgres_access::write, statement_timeout, watchdog));
  }

  /// Runs all kinds, so that their statements are prepared.
  void prepare_all() {
    const attempt_keys keys{.account = make_key(1), .pair = make_key(2)};
    auto registration = make_registration(1, "one", 10);
    registration.invitation = make_invitation(1).code_hash;
    registration.keys = keys;
    auto by_name = make_attempt(keys);
    by_name.username = "one";
    const std::vector<write_request> requests{
        add_invitation{make_invitation(1)},
        make_attempt({.account = make_key(9)}),
        by_name,
        registration,
        make_registration(2, "two"),
        make_admission("openid", 3, 30),
        make_admission("openid", 3, 31),
        add_credentials{{3}, "three", make_hash("first"), noon},
        link_identity{{1}, "wx-app", "new", {}, noon, session_id{10}, make_sealed(1)},
        open_password_session{{1}, make_hash("first"), make_hash("x"), keys, {}, make_session(11)},
        change_password{{1}, {}, make_hash("second"), {}, keys, {}, noon},
        make_rename(1, "one"),
        rotate_refresh{{31}, {3}, 0, noon},
        end_sessions{{3}, {31}, logout_scope::others, noon},
        make_binding(1),
        add_api_key{make_api_key(1, "one")},
        touch_api_key{{1}, noon},
        revoke_api_key{{1}, noon},
        set_user_disabled{{3}, true, noon},
        delete_user{{1}, noon},
        remove_invitation{make_invitation(1).code_hash},
        purge{noon, noon, noon, noon}};
    const auto done = connection->attempt([&] {
      const auto outcomes = postgres_writer{*connection, requests}.perform();
      for (std::size_t i = 0; i < outcomes.size(); ++i)
        EXPECT_TRUE(outcomes[i]) << i;
      const std::vector<user_id> users{{1}};
      const std::vector<session_id> sessions{{1}};
      find_users(*connection, users);
      find_sessions(*connection, sessions);
      const std::vector<find_session_key> owners{{{1}, "wx-app"}};
      find_session_keys(*connection, owners);
      const std::vector<find_bound_phone> phones{{{1}}};
      find_bound_phones(*connection, phones);
      const std::vector<find_api_key> keys_wanted{{make_key(1).digest}};
      find_api_keys(*connection, keys_wanted);
      list_api_keys(*connection);
      const std::vector<user_page_query> pages{{user_id{1}, 20}};
      list_users(*connection, pages);
      list_sessions(*connection, {1});
      list_accounts(*connection, {});
      list_invitations(*connection);
      sessions_ended_since(*connection, noon);
    });
    ASSERT_TRUE(done) << done.error().cause;
  }

  /// The plan of a prepared statement, whatever its parameters.
  std::string plan_of(const std::string& name, int parameters) {
    std::string nulls;
    for (int i = 0; i < parameters; ++i)
      nulls += i == 0 ? "(NULL" : ", NULL";
    if (parameters > 0) nulls += ")";
    const std::string sql = "EXPLAIN EXECUTE " + name + nulls;
    std::string plan;
    const auto explained = connection->attempt([&] {
      for (const pqxx::row& row : connection->run(sql.c_str()))
        plan += row[0].as<std::string>() + '\n';
    });
    EXPECT_TRUE(explained) << name;
    return plan;
  }

  postgres_watchdog watchdog;
  std::unique_ptr<postgres_connection> connection;
};

TEST_F(PostgresPlans, FindEveryRowByAnIndex) {
  prepare_all();
  std::vector<std::pair<std::string, int>> statements;
  const auto listed = connection->attempt([&] {
    for (const pqxx::row& row :
         connection->run("SELECT name, cardinality(parameter_types) FROM pg_prepared_statements"))
      statements.emplace_back(row[0].as<std::string>(), row[1].as<int>());
  });
  ASSERT_TRUE(listed);
  EXPECT_GE(statements.size(), 35U);
  for (const auto& [name, parameters] : statements)
    EXPECT_THAT(plan_of(name, parameters), Not(HasSubstr("Seq Scan"))) << name;
}

struct plan_case {
  const char* statement;
  int parameters;
  std::vector<const char*> lines;
};

TEST_F(PostgresPlans, FindEveryRowByTheIndexThatIsForIt) {
  prepare_all();
  const std::vector<plan_case> cases{
      {"lock_throttles", 1, {"login_throttles_pkey", "Index Cond: (key = ANY"}},
      {"put_throttles", 4, {"login_throttles_pkey", "Index Cond: (key = w.key)"}},
      {"remove_throttles", 1, {"login_throttles_pkey", "Index Cond: (key = ANY"}},
      {"find_credential", 1, {"credentials_username_key", "users_pkey"}},
      {"find_credential_of", 1, {"credentials_pkey", "users_pkey"}},
      {"list_users", 2, {"users_pkey", "Index Cond: (id > w.after)"}},
      {"list_sessions", 1, {"sessions_open_by_user", "Index Cond: (user_id = $1)"}},
      {"end_all_sessions", 3, {"sessions_open_by_user", "Index Cond: (user_id = $1)"}},
      {"end_sessions", 4, {"sessions_open_by_user", "Index Cond: (user_id = w.user_id)"}},
      {"end_surplus_sessions",
       4,
       {"sessions_open_by_user", "Index Cond: (user_id = w.user_id)", "sessions_pkey",
        "Index Cond: (id = o.id)", "users_pkey"}},
      {"rotate_refresh", 3, {"sessions_pkey"}},
      {"forget_sessions", 1, {"sessions_ended_by_user"}},
      {"find_identity", 2, {"wechat_identities_by_user"}},
      {"renew_identities", 5, {"wechat_identities_pkey", "w.openid"}},
      {"find_session_keys", 2, {"wechat_identities_by_user", "w.user_id"}},
      {"find_bound_phones", 1, {"phone_numbers_pkey", "w.user_id"}},
      {"remove_phone_number", 1, {"phone_numbers_pkey"}},
      {"find_api_keys", 1, {"api_keys_key_hash_key", "w.key_hash"}},
      {"touch_api_key", 3, {"api_keys_pkey"}},
      {"find_owner", 2, {"wechat_identities_pkey"}},
      {"unlink_identities", 1, {"wechat_identities_by_user"}},
      {"list_accounts",
       2,
       {"users_pkey", "credentials_pkey", "wechat_identities_by_user", "sessions_open_by_user"}},
      {"purge_ended_sessions", 2, {"sessions_by_end", "sessions_pkey"}},
      {"purge_expired_sessions", 2, {"sessions_by_expiry", "sessions_pkey"}},
      {"purge_throttles", 3, {"login_throttles_by_attempt", "login_throttles_pkey"}},
      {"purge_expired_invitations", 2, {"invitations_by_expiry", "invitations_pkey"}},
      {"purge_used_invitations", 2, {"invitations_by_creation", "invitations_pkey"}},
  };
  for (const plan_case& each : cases) {
    const std::string plan = plan_of(each.statement, each.parameters);
    for (const char* const line : each.lines)
      EXPECT_THAT(plan, HasSubstr(line)) << each.statement;
  }
}

} // namespace
} // namespace maque::db::test

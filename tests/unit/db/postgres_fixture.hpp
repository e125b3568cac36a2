#pragma once

#include "db/migrations.hpp"
#include "db/postgres_writer.hpp"
#include "store_fixture.hpp"
#include "support/patience.hpp"
#include "support/postgres_proxy.hpp"

#include <future>
#include <libpq-fe.h>

namespace maque::db::test {

using maque::test::await;
using maque::test::eventually;
using maque::test::postgres_proxy;
using maque::test::postgres_server;

/// A connection that knows nothing of the store and stays open: somebody else in the database.
class raw_postgres {
public:
  explicit raw_postgres(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
      throw std::runtime_error{PQerrorMessage(connection_.get())};
  }

  void run(const std::string& sql) {
    PGresult* const rows = PQexec(connection_.get(), sql.c_str());
    const auto status = PQresultStatus(rows);
    PQclear(rows);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error{sql + ": " + PQerrorMessage(connection_.get())};
  }

private:
  struct closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, closer> connection_;
};

/// A database of its own on the server of all tests.
class postgres_test : public ::testing::Test {
protected:
  static constexpr std::chrono::milliseconds statement_timeout{2000};

  static result<write_outcome> apply_one(store& target, write_request request) {
    return std::move(target.apply({&request, 1}).at(0));
  }
  result<write_outcome> apply_one(write_request request) {
    return apply_one(*writer, std::move(request));
  }
  std::future<write_outcomes> apply_meanwhile(store& target, std::vector<write_request> requests) {
    return std::async(std::launch::async,
                      [&target, wanted = std::move(requests)] { return target.apply(wanted); });
  }

  std::optional<user> find_user(std::uint64_t id) {
    const std::vector<user_id> ids{{id}};
    return value_of(reader->find_users(ids)).at(0);
  }
  void admit(std::uint64_t id) {
    value_of(apply_one(make_admission("openid-" + std::to_string(id), id, id)));
  }

  std::string query(const std::string& sql) const { return database.query(sql); }
  void await_waiting(int count) const {
    await(
        [&] {
          return query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                       " AND wait_event_type = 'Lock'") == std::to_string(count);
        },
        "nobody waits for a lock");
  }
  /// Ends all connections to the database that `which` describes, and waits until they are gone.
  void end_connections(const std::string& which = "TRUE") const {
    const std::string ended =
        query("SELECT coalesce(string_agg(pid::text, ',') FILTER (WHERE pg_terminate_backend(pid)),"
              " '0') FROM pg_stat_activity WHERE datname = current_database()"
              " AND pid <> pg_backend_pid() AND " +
              which);
    await(
        [&] {
          return query("SELECT count(*) FROM pg_stat_activity WHERE pid IN (" + ended + ")") == "0";
        },
        "connections stay");
  }

  postgres_server& server = postgres_server::shared();
  maque::test::postgres_database database{server, postgres_template()};
  std::unique_ptr<store_factory> factory = make_postgres_factory(database.url(), statement_timeout);
  std::unique_ptr<store> writer = value_of(factory->open_writer());
  std::unique_ptr<store> reader = value_of(factory->open_reader());
};

} // namespace maque::db::test

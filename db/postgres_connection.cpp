#include "db/postgres_connection.hpp"

#include <pqxx/pqxx>

#include <exception>
#include <fcntl.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace maque::db {
namespace {

constexpr std::chrono::milliseconds grace = std::chrono::seconds{1};

/// https://www.postgresql.org/docs/current/errcodes-appendix.html
postgres_fault fault_of(std::string_view sqlstate) {
  if (sqlstate.starts_with("08")) return postgres_fault::lost;
  // The server is going down, or is not up yet.
  if (sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03")
    return postgres_fault::lost;
  // A standby: after a failover another connection may lead to the primary.
  if (sqlstate == "25006") return postgres_fault::lost;
  if (sqlstate == "55P03") return postgres_fault::locked;
  if (sqlstate == "57014" || sqlstate.starts_with("53")) return postgres_fault::unavailable;
  return postgres_fault::refused;
}

/// The first line of a message: those below it repeat the values of the row, which are not for the
/// log.
std::string headline(std::string_view message) {
  return std::string{message.substr(0, message.find('\n'))};
}

/// Every statement of ours is a look-up by keys, and every table has the index for it. The planner
/// would read whole tables as long as it takes them for small, which it does until they are
/// analysed; and it would plan anew for each number of keys.
constexpr std::string_view index_plans =
    "; SET plan_cache_mode = 'force_generic_plan'; SET enable_seqscan = off"
    "; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/// Of several hosts the one that can be written to, and an error if none can, unless the URL says
/// otherwise: of what is given twice, libpq takes the last.
std::string conninfo_for(const postgres_target& target, postgres_access access) {
  const bool writes = access == postgres_access::write;
  return (writes ? "target_session_attrs=read-write " : "") + target.conninfo;
}

/// The limit of idle transactions frees the locks of one whose client the network has cut off.
std::string session_settings(postgres_access access, std::chrono::milliseconds statement_timeout) {
  const std::string millis = std::to_string(statement_timeout.count());
  // A row that somebody holds for long fails its own request, not all that come after it.
  const std::string lock_millis = std::to_string((statement_timeout / 4).count());
  std::string script = "SET statement_timeout = " + millis + "; SET lock_timeout = " + lock_millis +
                       "; SET idle_in_transaction_session_timeout = " + millis +
                       "; SET bytea_output = 'hex'; SET client_min_messages = 'error'";
  script += index_plans;
  if (access == postgres_access::read) script += "; SET default_transaction_read_only = on";
  return script;
}

} // namespace

error to_error(const postgres_failure& failure) {
  const auto code = [&] {
    if (failure.fault == postgres_fault::refused) return errc::internal;
    if (failure.fault == postgres_fault::late) return errc::deadline_exceeded;
    return errc::database_unavailable;
  };
  return {code(), {}, failure.cause, {}};
}

error to_error(const postgres_failure& failure, std::string_view place) {
  error why = to_error(failure);
  why.cause = std::string{place} + ": " + why.cause;
  return why;
}

postgres_connection::postgres_connection(const std::string& conninfo,
                                         std::chrono::milliseconds patience,
                                         postgres_watchdog& watchdog)
    : connection_{conninfo}, socket_{::fcntl(connection_.sock(), F_DUPFD_CLOEXEC, 0)},
      patience_{patience}, watchdog_{&watchdog} {}

postgres_connection::~postgres_connection() {
  // libpq says goodbye to the server, which may not be listening: not a second is spent on that.
  if (!is_usable() && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  if (socket_ >= 0) ::close(socket_);
}

postgres_result<std::unique_ptr<postgres_connection>>
postgres_connection::open(const postgres_target& target, postgres_access access,
                          std::chrono::milliseconds statement_timeout,
                          postgres_watchdog& watchdog) {
  std::unique_ptr<postgres_connection> opened;
  try {
    opened.reset(
        new postgres_connection{conninfo_for(target, access), statement_timeout + grace, watchdog});
  } catch (const std::exception& failure) {
    return tl::unexpected{postgres_failure{postgres_fault::unavailable, headline(failure.what())}};
  }
  if (opened->socket_ < 0) {
    return tl::unexpected{postgres_failure{postgres_fault::unavailable, "no descriptor left"}};
  }
  const std::string settings = session_settings(access, statement_timeout);
  const auto set = opened->attempt([&] { opened->run(settings.c_str()); });
  if (!set) return tl::unexpected{set.error()};
  return opened;
}

bool postgres_connection::is_usable() const noexcept {
  return !cut_ && connection_.is_open();
}

void postgres_connection::prepare(const postgres_statement& statement) {
  if (prepared_.contains(statement.name)) return;
  connection_.prepare(statement.name, statement.sql);
  prepared_.insert(statement.name);
}

postgres_failure postgres_connection::failure_of_current_exception() const noexcept {
  if (cut_) return {postgres_fault::hung, "the server doesn't answer"};
  const auto unless_closed = [&](postgres_fault fault) {
    return connection_.is_open() ? fault : postgres_fault::lost;
  };
  try {
    throw;
  } catch (const pqxx::transaction_rollback& failure) {
    // Class 40; in libpqxx 6 it isn't a sql_error and has no sqlstate.
    return {unless_closed(postgres_fault::contention), headline(failure.what())};
  } catch (const pqxx::sql_error& failure) {
    return {unless_closed(fault_of(failure.sqlstate())),
            failure.sqlstate() + ": " + headline(failure.what())};
  } catch (const pqxx::broken_connection& failure) {
    return {postgres_fault::lost, headline(failure.what())};
  } catch (const std::exception& failure) {
    return {unless_closed(postgres_fault::refused), headline(failure.what())};
  } catch (...) {
    return {unless_closed(postgres_fault::refused), "an exception of an unknown type"};
  }
}

} // namespace maque::db

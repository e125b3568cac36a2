#pragma once

#include "db/postgres_url.hpp"
#include "db/postgres_watchdog.hpp"

#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

namespace maque::db {

enum class postgres_fault : std::uint8_t {
  lost,        ///< There is no connection any more, or it is of no use: another one may be.
  hung,        ///< The server was silent for too long; the connection was cut.
  locked,      ///< Somebody else holds a row or a table for too long.
  unavailable, ///< A timeout, a full disk and the like; the connection still works.
  contention,  ///< Another transaction was in the way: the same one again may succeed.
  refused,     ///< The statement or its values can't be right, or a bug.
  late,        ///< Not begun, because the answer would be of no use any more.
};

struct postgres_failure {
  postgres_fault fault = postgres_fault::refused;
  std::string cause; ///< For the log; no values of the statement.
};

template <class T>
using postgres_result = tl::expected<T, postgres_failure>;

error to_error(const postgres_failure& failure);
/// The same, with the place of the database in the cause.
error to_error(const postgres_failure& failure, std::string_view place);

/// A statement that is prepared when a connection runs it first.
struct postgres_statement {
  const char* name; ///< One name, one text.
  std::string sql;
};

enum class postgres_access : std::uint8_t { read, write };

/// One session of a server, for the use of one thread; for write access, of a server that can be
/// written to. Nothing that it does lasts longer than
/// statement_timeout and a second.
class postgres_connection {
public:
  static postgres_result<std::unique_ptr<postgres_connection>>
  open(const postgres_target& target, postgres_access access,
       std::chrono::milliseconds statement_timeout, postgres_watchdog& watchdog);

  ~postgres_connection();
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;

  bool is_usable() const noexcept;
  /// Whether the server didn't answer in time.
  bool is_silent() const noexcept { return cut_; }

  /// Runs `work`, which may call run(), and turns what is thrown there into a failure.
  template <class Work>
  auto attempt(const Work& work) -> postgres_result<std::invoke_result_t<Work>> {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
        work();
        return {};
      } else {
        return work();
      }
    } catch (...) {
      return tl::unexpected{failure_of_current_exception()};
    }
  }

  /// Only inside attempt(). One statement or several in a row, without parameters, in one exchange
  /// with the server; the last one's rows.
  pqxx::result run(const char* script) {
    return exchange([&](pqxx::nontransaction& direct) { return direct.exec(script); });
  }

  /// Only inside attempt(). The values become $1, $2 …
  template <class... Values>
  pqxx::result run(const postgres_statement& statement, const Values&... values) {
    return exchange([&](pqxx::nontransaction& direct) {
      prepare(statement);
      return direct.exec_prepared(statement.name, values...);
    });
  }

private:
  postgres_connection(const std::string& conninfo, std::chrono::milliseconds patience,
                      postgres_watchdog& watchdog);

  /// Transactions are begun and ended by us: only then is it known whether it was the COMMIT that
  /// got no reply. So for libpqxx every statement is outside of one.
  template <class Exchange>
  pqxx::result exchange(const Exchange& exchange) {
    const postgres_watchdog::guard guard{*watchdog_, socket_,
                                         std::chrono::steady_clock::now() + patience_, cut_};
    pqxx::nontransaction direct{connection_};
    return exchange(direct);
  }

  void prepare(const postgres_statement& statement);
  postgres_failure failure_of_current_exception() const noexcept;

  pqxx::connection connection_;
  /// What the server says unasked would go to standard error; it's in the replies, too.
  pqxx::quiet_errorhandler quiet_{connection_};
  /// A descriptor of our own for the connection's socket: libpq may close its own at any time, and
  /// the number would be somebody else's.
  int socket_;
  std::chrono::milliseconds patience_;
  postgres_watchdog* watchdog_;
  bool cut_ = false;
  std::set<std::string> prepared_;
};

} // namespace maque::db

#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

#include <memory>
#include <utility>

namespace maque::db {

/// A connection that is made again when it is needed and not there.
class postgres_session {
public:
  postgres_session(postgres_target target, postgres_access access,
                   std::chrono::milliseconds statement_timeout,
                   std::shared_ptr<postgres_watchdog> watchdog)
      : target_{std::move(target)}, access_{access},
        statement_timeout_{statement_timeout}, watchdog_{std::move(watchdog)} {}

  /// See store::answer_by().
  void answer_by(steady_time deadline) noexcept { deadline_ = deadline; }
  /// Whether an answer that takes so long would still be of use.
  bool has_time(std::chrono::milliseconds needed = {}) const noexcept {
    return std::chrono::steady_clock::now() + needed < deadline_;
  }

  /// Valid until drop() or the next call. Opens no connection when there is no time left.
  postgres_result<postgres_connection*> connected() {
    if (!connection_ || !connection_->is_usable()) {
      drop();
      if (!has_time())
        return tl::unexpected{
            postgres_failure{postgres_fault::late, "no time is left to connect to the database"}};
      auto opened = postgres_connection::open(target_, access_, statement_timeout_, *watchdog_);
      if (!opened) return tl::unexpected{std::move(opened.error())};
      connection_ = std::move(*opened);
      silent_ = false;
    }
    return connection_.get();
  }

  void drop() noexcept {
    silent_ = is_silent();
    connection_.reset();
  }

  link_state link() const noexcept {
    if (connection_ && connection_->is_usable()) return link_state::open;
    return is_silent() ? link_state::silent : link_state::closed;
  }

  postgres_access access() const noexcept { return access_; }
  std::chrono::milliseconds statement_timeout() const noexcept { return statement_timeout_; }

private:
  bool is_silent() const noexcept { return connection_ ? connection_->is_silent() : silent_; }

  postgres_target target_;
  postgres_access access_;
  std::chrono::milliseconds statement_timeout_;
  std::shared_ptr<postgres_watchdog> watchdog_; ///< Outlives the connection.
  std::unique_ptr<postgres_connection> connection_;
  bool silent_ = false; ///< What the last connection was, while there is none.
  steady_time deadline_ = steady_time::max();
};

} // namespace maque::db

#pragma once

#include "db/postgres_connection.hpp"

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

  /// Valid until drop() or the next call.
  postgres_result<postgres_connection*> connected() {
    if (!connection_ || !connection_->is_usable()) {
      drop();
      auto opened = postgres_connection::open(target_, access_, statement_timeout_, *watchdog_);
      if (!opened) return tl::unexpected{std::move(opened.error())};
      connection_ = std::move(*opened);
    }
    return connection_.get();
  }

  void drop() noexcept { connection_.reset(); }

  postgres_access access() const noexcept { return access_; }
  std::chrono::milliseconds statement_timeout() const noexcept { return statement_timeout_; }

private:
  postgres_target target_;
  postgres_access access_;
  std::chrono::milliseconds statement_timeout_;
  std::shared_ptr<postgres_watchdog> watchdog_; ///< Outlives the connection.
  std::unique_ptr<postgres_connection> connection_;
};

} // namespace maque::db

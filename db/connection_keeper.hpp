#pragma once

#include "db/store.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace maque::db {

/// Opens a connection; called again when one has to be replaced.
using store_opener = std::function<result<std::unique_ptr<store>>()>;

/// Holds the connection of one worker: opens it when it is needed and there is none, and replaces
/// one that is older than `max_lifetime`, so that servers behind an address that has moved, and
/// what a server keeps for a connection, do not stay for ever.
class connection_keeper {
public:
  connection_keeper(store_opener open, std::chrono::milliseconds max_lifetime)
      : open_{std::move(open)}, max_lifetime_{max_lifetime} {}

  /// For calls whose answers are of use until `deadline`: after it this fails with
  /// deadline_exceeded. Otherwise fails with what the opener said. Valid until the next call.
  result<store*> get(steady_time deadline = steady_time::max()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return fail(errc::deadline_exceeded, {}, "the batch came too late");
    if (store_ && now >= replace_at_) store_.reset();
    if (!store_) {
      auto opened = open_();
      if (!opened) return tl::unexpected{std::move(opened.error())};
      store_ = std::move(*opened);
      replace_at_ = now + max_lifetime_;
    }
    store_->answer_by(deadline);
    return store_.get();
  }

  link_state link() const noexcept { return store_ ? store_->link() : link_state::closed; }

private:
  store_opener open_;
  std::chrono::milliseconds max_lifetime_;
  std::unique_ptr<store> store_;
  steady_time replace_at_;
};

} // namespace maque::db

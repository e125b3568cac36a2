#include "actors/user.hpp"

#include "actors/answer.hpp"

#include <memory>
#include <utility>

namespace maque {

user_state::~user_state() {
  for (auto& [id, flight] : flights_)
    for (user_promise& waiting : flight)
      abandon(self_, waiting);
}

user_actor::behavior_type user_state::make_behavior() {
  return {
      [this](const request_context& request, const find_user& query) -> caf::result<user> {
        return find(request, query.id);
      },
      [this](const request_context& request, const change_profile& order) -> caf::result<user> {
        const auto& owner = context_.user_owners.owner(order.id.value);
        if (owner.id != context_.home.index()) return self_->delegate(owner.handle, request, order);
        auto waiting = self_->make_response_promise<user>();
        change(waiting, request, order);
        return waiting;
      },
      [this](const request_context& request,
             const user_page_query& query) -> caf::result<profile_page> {
        return self_->delegate(context_.database, request, query);
      },
      [this](const replace_cached_user& announced) -> caf::result<announcement_applied> {
        cache_.put(announced.current, std::chrono::steady_clock::now());
        return announcement_applied{context_.home.index()};
      },
  };
}

// Reading ----------------------------------------------------------------------------------------

caf::result<user> user_state::find(const request_context& request, user_id id) {
  const auto known = cache_.find(id, std::chrono::steady_clock::now());
  if (known.found == user_cache::state::present) return *known.who;
  if (known.found == user_cache::state::absent) {
    const error why{errc::user_not_found, {}, {}, {}};
    self_->meter().failed(why);
    return to_caf(why);
  }
  auto waiting = self_->make_response_promise<user>();
  auto& flight = flights_[id];
  flight.push_back(waiting);
  if (flight.size() == 1) fetch(request, id);
  return waiting;
}

void user_state::fetch(const request_context& request, user_id id) {
  self_->request(context_.database, caf::infinite, request, find_user{id})
      .then([this, id](const std::optional<user>& found) { deliver(id, found); },
            [this, id](const caf::error& cause) { fail(id, cause); });
}

void user_state::deliver(user_id id, const std::optional<user>& found) {
  auto flight = flights_.extract(id);
  const auto now = std::chrono::steady_clock::now();
  if (found) cache_.put(*found, now);
  // What was announced while the read was under way is newer than what was read.
  const auto known = cache_.find(id, now);
  const user* const newest =
      known.found == user_cache::state::present ? known.who : (found ? &*found : nullptr);
  if (newest == nullptr) {
    cache_.put_absent(id, now);
    for (user_promise& waiting : flight.mapped())
      refuse(self_, waiting, to_caf(error{errc::user_not_found, {}, {}, {}}));
    return;
  }
  for (user_promise& waiting : flight.mapped())
    waiting.deliver(*newest);
}

void user_state::fail(user_id id, const caf::error& cause) {
  auto flight = flights_.extract(id);
  for (user_promise& waiting : flight.mapped())
    refuse(self_, waiting, cause);
}

// Changing ---------------------------------------------------------------------------------------

void user_state::change(user_promise waiting, const request_context& request,
                        const change_profile& order) {
  ask<user>(
      self_, context_.database, std::move(waiting),
      [this](user_promise& then, const user& changed) { announce(then, changed); }, request,
      update_profile{order.id, order.patch, context_.clock.now()});
}

void user_state::announce(user_promise waiting, const user& changed) {
  const auto lanes = context_.user_owners.members();
  const auto missing = std::make_shared<std::size_t>(lanes.size());
  // A lane whose actor has just died has lost its cache with it: nothing to wait for there.
  const auto confirm = [kept = keep(std::move(waiting)), changed, missing] {
    if (--*missing == 0) kept->get().deliver(changed);
  };
  for (const auto& lane : lanes)
    self_->request(lane.handle, caf::infinite, replace_cached_user{changed})
        .then([confirm](const announcement_applied&) { confirm(); },
              [confirm](const caf::error&) { confirm(); });
}

} // namespace maque

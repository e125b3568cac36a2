#include "db/postgres_config.hpp"
#include "db/postgres_writer.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace maque::db {
namespace {

using identity = std::pair<std::string_view, std::string_view>;

/// Which wave the next request may go into.
class wave_dealer {
public:
  /// A request of a kind that leaves as one statement goes into the wave that follows the last one
  /// of its user.
  std::size_t next_of(user_id user) { return free_wave_[user]++; }

  /// The others come behind those in their wave, in the order of the requests: so into the wave of
  /// the last one of their users, but not before the last one of their own kind.
  std::size_t next_alone(std::initializer_list<user_id> users) {
    for (const user_id user : users)
      if (const std::size_t free = free_wave_[user]; free > 0)
        last_alone_ = std::max(last_alone_, free - 1);
    for (const user_id user : users)
      free_wave_[user] = last_alone_ + 1;
    return last_alone_;
  }

private:
  std::unordered_map<user_id, std::size_t> free_wave_;
  std::size_t last_alone_ = 0;
};

/// Whose order a request of one of the rare kinds keeps; nobody's, if it is about no user or he is
/// only known by name.
template <class Kind>
std::optional<user_id> whose_order_of(const Kind& request) {
  if constexpr (std::is_same_v<Kind, register_user>)
    return request.id;
  else if constexpr (requires { request.user; })
    return request.user;
  else
    return std::nullopt;
}

} // namespace

std::vector<postgres_writer::places> postgres_writer::deal_into_waves() const {
  std::map<identity, user_id> newcomers;
  wave_dealer dealer;
  const auto owner_of = [&](std::size_t place, identity wanted, user_id candidate) {
    // A new identity becomes the user that the first one who asks for it proposes.
    if (known_[place]) return known_[place]->id;
    return newcomers.try_emplace(wanted, candidate).first->second;
  };
  const auto deal = [&](std::size_t place, const auto& request) -> std::optional<std::size_t> {
    using kind = std::decay_t<decltype(request)>;
    if constexpr (std::is_same_v<kind, admit_wechat_user>) {
      return dealer.next_of(owner_of(place, {request.appid, request.openid}, request.candidate));
    } else if constexpr (std::is_same_v<kind, update_profile>) {
      return dealer.next_of(request.id);
    } else if constexpr (std::is_same_v<kind, rotate_refresh> ||
                         std::is_same_v<kind, end_sessions>) {
      return dealer.next_of(request.user);
    } else if constexpr (config_write<kind> || std::is_same_v<kind, purge>) {
      return std::nullopt; // Behind all waves.
    } else if constexpr (std::is_same_v<kind, link_identity>) {
      return dealer.next_alone(
          {request.user, owner_of(place, {request.appid, request.openid}, request.user)});
    } else {
      const auto user = whose_order_of(request);
      return user ? dealer.next_alone({*user}) : dealer.next_alone({});
    }
  };
  std::vector<places> waves;
  for (std::size_t place = 0; place < requests_.size(); ++place) {
    const auto wave =
        std::visit([&](const auto& each) { return deal(place, each); }, requests_[place]);
    if (!wave) continue;
    if (*wave >= waves.size()) waves.resize(*wave + 1);
    waves[*wave].push_back(place);
  }
  return waves;
}

} // namespace maque::db

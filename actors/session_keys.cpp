#include "actors/session_keys.hpp"

#include "security/key_ring.hpp"
#include "security/sealed.hpp"

namespace maque {

namespace {

constexpr std::string_view purpose = "wechat session_key";

} // namespace

sealed_bytes seal_session_key(const lane_context& lane, const code_exchanged& known) {
  const auto& configured = lane.sealing_keys->all;
  const auto& signer = lane.keys->signer(lane.clock.now());
  return security::seal(configured.empty() ? signer.key.sealing : configured.front(),
                        known.session_key, {purpose, known.appid, known.openid});
}

std::optional<secret> open_session_key(const lane_context& lane, std::string_view appid,
                                       const stored_session_key& stored) {
  const auto open_with = [&](const security::sealing_key& key) {
    return security::open_sealed(key, stored.sealed, {purpose, appid, stored.openid});
  };
  for (const security::sealing_key& key : lane.sealing_keys->all)
    if (auto opened = open_with(key)) return opened;
  for (const security::timed_key& each : lane.keys->keys())
    if (auto opened = open_with(each.key.sealing)) return opened;
  return std::nullopt;
}

} // namespace maque

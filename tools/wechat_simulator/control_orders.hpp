#pragma once

#include "wechat_simulator/request.hpp"
#include "wechat_simulator/world.hpp"

#include <nlohmann/json.hpp>

/// What the control can be told, one function a path; docs/wechat-simulator.md has their members.
/// Each returns what is answered, and throws bad_order.
namespace maque::wechat_simulator {

struct control_order {
  const request& asked;
  const nlohmann::json& body;
};

nlohmann::ordered_json show_statistics(world& wechat, const control_order& order);
nlohmann::ordered_json reset_all(world& wechat, const control_order& order);
nlohmann::ordered_json set_latency(world& wechat, const control_order& order);
nlohmann::ordered_json add_error(world& wechat, const control_order& order);
nlohmann::ordered_json clear_errors(world& wechat, const control_order& order);
nlohmann::ordered_json invalidate_tokens(world& wechat, const control_order& order);
nlohmann::ordered_json set_token_lifetime(world& wechat, const control_order& order);
nlohmann::ordered_json show_quota(world& wechat, const control_order& order);
nlohmann::ordered_json set_quota(world& wechat, const control_order& order);
nlohmann::ordered_json move_clock(world& wechat, const control_order& order);
nlohmann::ordered_json add_app(world& wechat, const control_order& order);
nlohmann::ordered_json mint_code(world& wechat, const control_order& order);
nlohmann::ordered_json set_pages(world& wechat, const control_order& order);
nlohmann::ordered_json set_subscriptions(world& wechat, const control_order& order);
nlohmann::ordered_json show_messages(world& wechat, const control_order& order);
nlohmann::ordered_json encrypt_user_data(world& wechat, const control_order& order);

} // namespace maque::wechat_simulator

#pragma once

#include "wechat_simulator/answer.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// An order that makes no sense; what() says why, and is shown.
struct bad_order : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline answer control_reply(const nlohmann::ordered_json& body, int status = 200) {
  // What a server under test answered to a push may be no UTF-8.
  auto text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return {{status, "application/json", std::move(text) + "\n"}};
}

inline answer control_error(int status, std::string_view text) {
  return control_reply({{"error", text}}, status);
}

} // namespace maque::wechat_simulator

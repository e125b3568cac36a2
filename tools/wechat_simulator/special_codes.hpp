#pragma once

#include "wechat/transport.hpp"

#include <optional>
#include <string_view>

namespace maque::wechat_simulator {

/// The X of a code "PREFIXX" or "PREFIXX.anything".
std::optional<std::string_view> find_argument(std::string_view code, std::string_view prefix);

/// What the codes "err-NUMBER" and "fault-KIND" ask for; nothing for any other code. 40029 for a
/// NUMBER that is none and for an unknown KIND.
std::optional<wechat::reply> answer_special_code(std::string_view code);

} // namespace maque::wechat_simulator

#pragma once

#include "wechat/transport.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace maque::wechat_simulator {

/// What a broken network, or a WeChat that is out of order, answers to a login. `kind` is the KIND
/// of the code "fault-KIND"; nothing for one that doesn't exist.
std::optional<wechat::reply> make_fault(std::string_view kind);

/// All kinds, in the order of README.md.
std::span<const std::string_view> all_faults() noexcept;

} // namespace maque::wechat_simulator

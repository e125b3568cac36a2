#pragma once

#include "wechat/transport.hpp"
#include "wechat_simulator/request.hpp"
#include "wechat_simulator/world.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A call to an endpoint, complete as far as all endpoints want the same.
struct call {
  world& wechat;
  const request& asked;
  std::string appid;     ///< The access token's; empty where an endpoint takes none.
  nlohmann::json body{}; ///< An object, if the endpoint is one for POST.
  utc_time now{};
};

/// A JSON object, nested no deeper than limits::json_depth.
std::optional<nlohmann::json> parse_object(std::string_view text);

/// A member that is a string; empty if it isn't there, or is something else.
std::string text_in(const nlohmann::json& object, std::string_view member);

/// A member that is an integer, else `otherwise`.
std::int64_t number_in(const nlohmann::json& object, std::string_view member,
                       std::int64_t otherwise);

bool flag_in(const nlohmann::json& object, std::string_view member, bool otherwise);

/// How many characters; of text that is UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

/// 0 if it is a user of the calling mini-program, or may be one; 40003 if it is no openid; 43104 if
/// it is another mini-program's.
int check_openid(const call& from, std::string_view openid);

} // namespace maque::wechat_simulator

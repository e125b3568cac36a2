#include "wechat_simulator/api.hpp"
#include "wechat_simulator/days.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"

#include <chrono>

namespace maque::wechat_simulator {
namespace {

constexpr std::size_t query_characters = 1024;
constexpr std::int64_t longest_days = 30;

/// 0, or the errcode for an end that is too far off, or has been (85401).
int check_lifetime(const call& from) {
  using namespace std::chrono_literals;
  constexpr auto by_days = 1;
  if (number_in(from.body, "expire_type", 0) == by_days) {
    const auto interval = number_in(from.body, "expire_interval", 0);
    return interval >= 1 && interval <= longest_days ? 0 : 85401;
  }
  const auto now = unix_seconds(from.now);
  const auto ends = number_in(from.body, "expire_time", 0);
  if (ends == 0) return 0;
  const std::chrono::seconds longest = std::chrono::days{longest_days};
  return ends >= now + 60 && ends - now <= longest.count() ? 0 : 85401;
}

/// @param target what names the page: a part of the body, or all of it.
int check_link(const call& from, const nlohmann::json& target) {
  // Unlike that of a code, it may begin with "/".
  const std::string path = text_in(target, "path");
  if (!from.wechat.pages.has(path.starts_with('/') ? path.substr(1) : path)) return 40165;
  if (count_characters(text_in(target, "query")) > query_characters) return 40212;
  return check_lifetime(from);
}

wechat::reply link_reply(const char* member, std::string link) {
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered[member] = std::move(link);
  return json_reply(answered.dump());
}

} // namespace

wechat::reply generate_scheme(const call& from) {
  const auto target = from.body.find("jump_wxa");
  const bool named = target != from.body.end() && target->is_object();
  const int wrong = check_link(from, named ? *target : nlohmann::json::object());
  if (wrong != 0) return error_reply(wrong);
  return link_reply("openlink", "weixin://dl/business/?t=" + random_text(8));
}

wechat::reply generate_url_link(const call& from) {
  if (const int wrong = check_link(from, from.body); wrong != 0) return error_reply(wrong);
  return link_reply("url_link", "https://wxaurl.cn/" + random_text(8));
}

} // namespace maque::wechat_simulator

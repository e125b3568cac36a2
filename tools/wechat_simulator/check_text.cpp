#include "wechat_simulator/api.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"

#include <chrono>

namespace maque::wechat_simulator {
namespace {

constexpr std::size_t content_characters = 2500;
/// The user has to have been in the mini-program within two hours.
constexpr std::chrono::hours activity{2};

struct verdict {
  const char* suggest;
  int label; // of the page's table
};

/// The words decide: what a real moderator finds can't be simulated.
verdict judge(std::string_view content) {
  if (content.find("risky") != std::string_view::npos) return {"risky", 20001};
  if (content.find("review") != std::string_view::npos) return {"review", 21000};
  return {"pass", 100};
}

/// 0, or the errcode.
int check_text_call(const call& from, std::string_view content) {
  const std::string openid = text_in(from.body, "openid");
  if (number_in(from.body, "version", 0) != 2) return 40097;
  const auto scene = number_in(from.body, "scene", 0);
  if (scene < 1 || scene > 4) return 40129;
  if (const int wrong = check_openid(from, openid); wrong != 0) return wrong;
  if (content.empty()) return 44002;
  if (count_characters(content) > content_characters) return 45002;
  const auto session = from.wechat.sessions.find(openid);
  return session && from.now - session->logged_in < activity ? 0 : 61010;
}

} // namespace

wechat::reply check_text(const call& from) {
  const std::string content = text_in(from.body, "content");
  if (const int wrong = check_text_call(from, content); wrong != 0) return error_reply(wrong);
  // Each of the four texts counts, as all of them are shown.
  const verdict found =
      judge(content + "\n" + text_in(from.body, "title") + "\n" + text_in(from.body, "nickname") +
            "\n" + text_in(from.body, "signature"));
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered["result"] = {{"suggest", found.suggest}, {"label", found.label}};
  answered["detail"] = nlohmann::ordered_json::array({{{"strategy", "content_model"},
                                                       {"errcode", 0},
                                                       {"suggest", found.suggest},
                                                       {"label", found.label},
                                                       {"prob", 90}}});
  answered["trace_id"] = random_text(18);
  return json_reply(answered.dump());
}

} // namespace maque::wechat_simulator

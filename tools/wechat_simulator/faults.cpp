#include "wechat_simulator/faults.hpp"

#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace maque::wechat_simulator {
namespace {

using nlohmann::ordered_json;

ordered_json good_login() {
  ordered_json body;
  body["session_key"] = make_session_key();
  body["openid"] = derive_openid("fault", "fault");
  return body;
}

/// A good answer with one member made bad, or taken away by a null.
wechat::reply login_with(const char* member, const ordered_json& value) {
  ordered_json body = good_login();
  if (value.is_null()) {
    body.erase(member);
  } else {
    body[member] = value;
  }
  return json_reply(body.dump());
}

struct fault {
  std::string_view kind;
  wechat::reply (*make)();
};

constexpr std::array faults{
    fault{"html", [] { return html_reply(200, "Please log in to this network"); }},
    fault{"empty", [] { return json_reply({}); }},
    fault{"truncated",
          [] {
            const std::string whole = good_login().dump();
            return json_reply(whole.substr(0, whole.size() / 2));
          }},
    fault{"500", [] { return html_reply(500, "500 Internal Server Error"); }},
    fault{"502", [] { return html_reply(502, "502 Bad Gateway"); }},
    fault{"missing-openid", [] { return login_with("openid", nullptr); }},
    fault{"missing-session-key", [] { return login_with("session_key", nullptr); }},
    fault{"short-session-key", [] { return login_with("session_key", "c2hvcnQ="); }},
    fault{"number-openid", [] { return login_with("openid", 28); }},
    fault{"string-errcode",
          [] {
            ordered_json body;
            body["errcode"] = "40029";
            body["errmsg"] = errmsg(40029);
            return json_reply(body.dump());
          }},
};

constexpr auto kinds = [] {
  std::array<std::string_view, faults.size()> names;
  std::ranges::transform(faults, names.begin(), &fault::kind);
  return names;
}();

} // namespace

std::optional<wechat::reply> make_fault(std::string_view kind) {
  const auto* found = std::ranges::find(faults, kind, &fault::kind);
  if (found == faults.end()) return std::nullopt;
  return found->make();
}

std::span<const std::string_view> all_faults() noexcept {
  return kinds;
}

} // namespace maque::wechat_simulator

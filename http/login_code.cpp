#include "http/login_code.hpp"

#include "domain/limits.hpp"
#include "http/json_body.hpp"

#include <utility>

namespace maque::http {

result<std::string> choose_app(const std::optional<std::string>& named, const wechat_apps& apps) {
  if (!named) return apps.first().appid;
  const wechat_app* const found = apps.find(*named);
  if (found == nullptr)
    return maque::fail(errc::invalid_field, "appid: not a mini-program of this server");
  return found->appid;
}

result<login_code> read_login_code(const request& incoming, const wechat_apps& apps) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  std::string code = body->required("code", limits::login_code_bytes);
  const auto named = body->optional("appid", limits::appid_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  if (code.empty()) return maque::fail(errc::invalid_field, "code: empty");
  return choose_app(named, apps).map([&code](std::string&& appid) {
    return login_code{std::move(appid), std::move(code)};
  });
}

} // namespace maque::http

#include "wechat_simulator/replies.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace maque::wechat_simulator {
namespace {

struct text {
  int errcode;
  std::string_view message;
};

// From the tables of the pages "code2Session" and "Global error codes".
constexpr std::array texts{
    text{-1, "system error"},
    text{0, "ok"},
    text{40001, "invalid credential, access_token is invalid or not latest"},
    text{40002, "invalid grant_type"},
    text{40003, "invalid openid"},
    text{40013, "invalid appid"},
    text{40014, "invalid access_token"},
    text{40029, "invalid code"},
    text{40125, "invalid appsecret"},
    text{40163, "code been used"},
    text{40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"},
    text{40226, "code blocked"},
    text{41002, "appid missing"},
    text{41004, "appsecret missing"},
    text{41008, "missing code"},
    text{42001, "access_token expired"},
    text{43001, "require GET method"},
    text{43104, "appid does not match openid"},
    text{45009, "reach max api daily quota limit"},
    text{45011, "api minute-quota reach limit  mustslower  retry next minute"},
    text{47001, "data format error"},
    text{48001, "api unauthorized"},
    text{50002, "user limited"},
};

/// Three groups of eight hexadecimal digits.
std::string make_rid() {
  std::array<char, 27> rid{};
  std::snprintf(rid.data(), rid.size(), "%08x-%08x-%08x", randombytes_random(),
                randombytes_random(), randombytes_random());
  return rid.data();
}

} // namespace

std::string errmsg(int errcode) {
  const auto* known = std::ranges::find(texts, errcode, &text::errcode);
  const std::string_view message = known == texts.end() ? "unknown error" : known->message;
  return std::string{message} + ", rid: " + make_rid();
}

wechat::reply json_reply(std::string json) {
  return {200, "text/plain", std::move(json)};
}

wechat::reply error_reply(int errcode) {
  nlohmann::ordered_json body;
  body["errcode"] = errcode;
  body["errmsg"] = errmsg(errcode);
  return json_reply(body.dump());
}

wechat::reply html_reply(int status, std::string_view title) {
  std::string page = "<html>\r\n<head><title>";
  page.append(title).append("</title></head>\r\n<body>\r\n<center><h1>").append(title);
  page.append("</h1></center>\r\n</body>\r\n</html>\r\n");
  return {status, "text/html", std::move(page)};
}

} // namespace maque::wechat_simulator

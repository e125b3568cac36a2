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

// From the tables of the pages of the endpoints and of "Global error codes".
constexpr std::array texts{
    text{-1, "system error"},
    text{0, "ok"},
    text{40001, "invalid credential, access_token is invalid or not latest"},
    text{40002, "invalid grant_type"},
    text{40003, "invalid openid"},
    text{40013, "invalid appid"},
    text{40014, "invalid access_token"},
    text{40029, "invalid code"},
    text{40037, "invalid template_id"},
    text{40097, "invalid args"},
    text{40125, "invalid appsecret"},
    text{40129, "invalid scene"},
    text{40163, "code been used"},
    text{40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"},
    text{40165, "invalid weapp pagepath"},
    text{40169, "invalid length for scene, or the data is not json string"},
    text{40212, "invalid query"},
    text{40226, "code blocked"},
    text{41001, "access_token missing"},
    text{41002, "appid missing"},
    text{41004, "appsecret missing"},
    text{41008, "missing code"},
    text{41030, "invalid page"},
    text{42001, "access_token expired"},
    text{43001, "require GET method"},
    text{43002, "require POST method"},
    text{43101, "user refuse to accept the msg"},
    text{43104, "appid does not match openid"},
    text{44002, "empty post data"},
    text{45002, "content size out of limit"},
    text{45009, "reach max api daily quota limit"},
    text{45011, "api minute-quota reach limit  mustslower  retry next minute"},
    text{47001, "data format error"},
    text{47003, "argument invalid!"},
    text{48001, "api unauthorized"},
    text{50002, "user limited"},
    text{61010, "code is expired"},
    text{76001, "rid not found"},
    text{76002, "rid is empty or malformed"},
    text{76003, "no permission to query this rid"},
    text{76021, "cgi_path not found, please check"},
    text{76022, "could not use this cgi_path, no permission"},
    text{85401, "time limit between 1min and 30days"},
    text{87009, "invalid signature"},
};

constexpr std::string_view rid_label = ", rid: ";
constexpr std::size_t rid_characters = 26;

/// Three groups of eight hexadecimal digits.
std::string make_rid() {
  std::array<char, rid_characters + 1> rid{};
  std::snprintf(rid.data(), rid.size(), "%08x-%08x-%08x", randombytes_random(),
                randombytes_random(), randombytes_random());
  return rid.data();
}

std::string with_rid(std::string_view message) {
  return std::string{message}.append(rid_label).append(make_rid());
}

} // namespace

std::string errmsg(int errcode) {
  const auto* known = std::ranges::find(texts, errcode, &text::errcode);
  return with_rid(known == texts.end() ? "unknown error" : known->message);
}

wechat::reply json_reply(std::string json) {
  return {200, "text/plain", std::move(json)};
}

wechat::reply error_reply(int errcode) {
  const auto* known = std::ranges::find(texts, errcode, &text::errcode);
  return error_reply(errcode, known == texts.end() ? "unknown error" : known->message);
}

wechat::reply error_reply(int errcode, std::string_view message) {
  nlohmann::ordered_json body;
  body["errcode"] = errcode;
  body["errmsg"] = with_rid(message);
  // A message may name a field of the request, cut anywhere.
  return json_reply(body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

wechat::reply ok_reply() {
  return json_reply(R"({"errcode":0,"errmsg":"ok"})");
}

std::string_view find_rid(const wechat::reply& answered) noexcept {
  const std::string_view body = answered.body;
  if (!body.starts_with(R"({"errcode":)")) return {};
  const auto at = body.rfind(rid_label);
  return at == std::string_view::npos ? std::string_view{}
                                      : body.substr(at + rid_label.size(), rid_characters);
}

wechat::reply html_reply(int status, std::string_view title) {
  std::string page = "<html>\r\n<head><title>";
  page.append(title).append("</title></head>\r\n<body>\r\n<center><h1>").append(title);
  page.append("</h1></center>\r\n</body>\r\n</html>\r\n");
  return {status, "text/html", std::move(page)};
}

} // namespace maque::wechat_simulator

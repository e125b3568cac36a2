#include "wechat_simulator/control.hpp"

#include "wechat_simulator/control_orders.hpp"
#include "wechat_simulator/control_replies.hpp"
#include "wechat_simulator/json_input.hpp"
#include "wechat_simulator/request.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace maque::wechat_simulator {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct control_route {
  std::string_view method;
  std::string_view path;
  ordered_json (*run)(world&, const control_order&);
};

constexpr std::array routes{
    control_route{"GET", "/simulator/stats", show_statistics},
    control_route{"POST", "/simulator/reset", reset_all},
    control_route{"POST", "/simulator/latency", set_latency},
    control_route{"POST", "/simulator/errors", add_error},
    control_route{"DELETE", "/simulator/errors", clear_errors},
    control_route{"POST", "/simulator/tokens/invalidate", invalidate_tokens},
    control_route{"POST", "/simulator/tokens/lifetime", set_token_lifetime},
    control_route{"GET", "/simulator/quota", show_quota},
    control_route{"POST", "/simulator/quota", set_quota},
    control_route{"POST", "/simulator/clock", move_clock},
    control_route{"POST", "/simulator/apps", add_app},
    control_route{"POST", "/simulator/codes", mint_code},
    control_route{"POST", "/simulator/pages", set_pages},
    control_route{"POST", "/simulator/subscriptions", set_subscriptions},
    control_route{"GET", "/simulator/messages", show_messages},
    control_route{"POST", "/simulator/encrypt", encrypt_user_data},
};

answer run_route(const control_route& route, world& wechat, const request& asked) {
  std::optional<json> body = json::object();
  if (!asked.body.empty()) body = parse_object(asked.body);
  if (!body) return control_error(400, "the body is no JSON object");
  try {
    return control_reply(route.run(wechat, {asked, *body}));
  } catch (const bad_order& problem) {
    return control_error(400, problem.what());
  }
}

push_format format_of(const json& body) {
  const std::string named = text_in(body, "format");
  if (named == "xml") return push_format::xml;
  if (named.empty() || named == "json") return push_format::json;
  throw bad_order{"format is json or xml"};
}

push_mode mode_of(const json& body) {
  const std::string named = text_in(body, "mode");
  if (named.empty() || named == "plain") return push_mode::plain;
  if (named == "secure") return push_mode::secure;
  if (named == "compatible") return push_mode::compatible;
  throw bad_order{"mode is plain, secure or compatible"};
}

ordered_json verify_server(push_sender& sender, const json& body, utc_time now) {
  const std::string echostr = std::to_string(std::hash<std::string>{}(body.dump()));
  return sender.verify(text_in(body, "url"),
                       make_verification_query(text_in(body, "token"), echostr, now), echostr);
}

ordered_json send_push(push_sender& sender, const json& body, utc_time now) {
  const auto message = body.find("message");
  if (message == body.end() || !message->is_object()) throw bad_order{"message is an object"};
  push_order order{text_in(body, "appid"), text_in(body, "token"), text_in(body, "aes_key"),
                   format_of(body),        mode_of(body),          *message};
  return sender.post(text_in(body, "url"), make_push(std::move(order), now),
                     flag_in(body, "retry", false));
}

answer answer_push(push_sender& sender, const std::string& text, utc_time now) {
  const auto body = parse_object(text);
  if (!body) return control_error(400, "the body is no JSON object");
  try {
    const bool verify = flag_in(*body, "verify", false);
    return control_reply(verify ? verify_server(sender, *body, now)
                                : send_push(sender, *body, now));
  } catch (const std::exception& problem) {
    return control_error(400, problem.what());
  }
}

} // namespace

control::~control() {
  sender_.stop();
  threads_.stop();
  threads_.join();
}

answer control::handle(std::string_view method, std::string_view target, std::string_view body) {
  const request asked = parse_request(method, target, body);
  const auto* route = std::ranges::find_if(routes, [&](const control_route& candidate) {
    return candidate.path == asked.path && candidate.method == method;
  });
  if (route != routes.end()) return run_route(*route, engine_.state(), asked);
  const bool known = std::ranges::find(routes, asked.path, &control_route::path) != routes.end();
  return known ? control_error(405, "not with this method") : control_error(404, "no such control");
}

void control::push(std::string body, std::function<void(answer)> then) {
  if (pushes_ >= pushes_waiting) return then(control_error(503, "too many pushes at once"));
  ++pushes_;
  boost::asio::post(threads_, [this, body = std::move(body), then = std::move(then)] {
    auto answered = answer_push(sender_, body, engine_.state().clock.now());
    --pushes_;
    then(std::move(answered));
  });
}

} // namespace maque::wechat_simulator

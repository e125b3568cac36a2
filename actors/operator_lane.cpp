#include "actors/operator_lane.hpp"

#include "domain/ip_address.hpp"
#include "domain/limits.hpp"
#include "security/random.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace maque {

namespace {

bool is_of_this_machine(std::string_view address) {
  const auto parsed = ip_address::parse(address);
  static const auto loopback = ip_network::parse("127.0.0.0/8").value();
  static const auto loopback6 = ip_network::parse("::1").value();
  return parsed && (loopback.contains(*parsed) || loopback6.contains(*parsed));
}

} // namespace

operator_lane::operator_lane(caf::actor_system& system, std::uint32_t index,
                             http::listener_options options, std::vector<page> pages,
                             subtree further)
    : room_{limits::operator_connections}, pages_{std::move(pages)}, further_{std::move(further)},
      lane_{system, index}, trace_ids_{security::random_u64()},
      listener_{lane_, with_room(std::move(options)),
                [this](const http::exchange_ptr& arrived) { serve(arrived); },
                [this](const http::exchange_ptr& refused, error cause) {
                  begin(*refused);
                  refused->fail(std::move(cause));
                }} {}

operator_lane::~operator_lane() {
  end();
}

void operator_lane::post(std::function<void()> action) {
  boost::asio::post(lane_.io(), std::move(action));
}

void operator_lane::end() {
  lane_.stop();
  if (thread_.joinable()) thread_.join();
}

http::listener_options operator_lane::with_room(http::listener_options options) {
  options.room = &room_;
  return options;
}

result<std::uint16_t> operator_lane::start() {
  auto port = listener_.open();
  if (!port) return port;
  boost::asio::post(lane_.io(), [this] { listener_.start(); });
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "operator");
    lane_.run();
  }};
  return port;
}

void operator_lane::begin(http::exchange& arrived) {
  arrived.context.trace = trace_ids_.next();
}

void operator_lane::serve(const http::exchange_ptr& arrived) {
  begin(*arrived);
  const auto verb = arrived->incoming.verb();
  const bool is_local = is_of_this_machine(arrived->peer_address);
  if (is_local && !further_.prefix.empty() && arrived->incoming.path().starts_with(further_.prefix))
    return further_.serve(*this, arrived);
  const auto asked = std::ranges::find(pages_, arrived->incoming.path(), &page::path);
  if (asked == pages_.end() || !is_local)
    return arrived->fail(error{errc::route_not_found, {}, {}, {}});
  if (verb != http::method::get && verb != http::method::head) {
    arrived->outgoing.headers += "Allow: GET, HEAD\r\n";
    return arrived->fail(error{errc::method_not_allowed, {}, {}, {}});
  }
  arrived->outgoing.content_type = asked->content_type;
  arrived->outgoing.body = asked->render();
  arrived->answer();
}

} // namespace maque

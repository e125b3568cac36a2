#include "actors/simulator_control.hpp"

#include <string>
#include <utility>

namespace maque {

namespace {

void reply(http::exchange& asked, wechat::reply answer) {
  asked.outgoing.status = answer.status;
  asked.outgoing.content_type = "application/json"; // As everything that the control answers.
  asked.outgoing.body = std::move(answer.body);
  asked.answer();
}

} // namespace

void simulator_control::serve(const http::exchange_ptr& asked) {
  const http::request& order = asked->incoming;
  if (order.verb() != http::method::post || order.path() != wechat_simulator::control::push_path)
    return reply(*asked, control_.handle(order.method_text(), order.target(), order.body()).reply);
  const std::uint64_t number = ++pushes_;
  waiting_.emplace(number, asked);
  // The outcome comes from another thread.
  control_.push(std::string{order.body()}, [this, number](const wechat_simulator::answer& came) {
    post_([this, number, came] { finish(number, came.reply); });
  });
}

void simulator_control::finish(std::uint64_t number, wechat::reply came) {
  if (const auto waiting = waiting_.extract(number)) reply(*waiting.mapped(), std::move(came));
}

} // namespace maque

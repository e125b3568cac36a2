#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "http/access_log.hpp"
#include "http/client_address.hpp"
#include "http/cors.hpp"
#include "http/exchange.hpp"
#include "http/request_tracer.hpp"
#include "http/route_meter.hpp"
#include "http/router.hpp"
#include "security/access_token.hpp"

#include <boost/intrusive/list.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <functional>
#include <string>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::http::exchange_ptr)

namespace maque::http {

/// Answers the requests of a lane.
using http_front_actor = caf::typed_actor<
    // Sees to it that the exchange is answered by its deadline.
    caf::reacts_to<exchange_ptr>>;

class handler_context;
struct admin_desk;

/// Who decides on the operator's listener, whose callers are not the front's.
class gatekeeper {
public:
  /// Called with each request before its route is looked for. True: it is answered, or will be.
  virtual bool intercept(handler_context& context, const exchange_ptr& arrived) = 0;
  /// Serves a request whose route is for operators, or refuses it.
  virtual void admit(handler_context& context, const exchange_ptr& arrived) = 0;

protected:
  ~gatekeeper() = default;
};

/// What can change while the front serves.
struct live_front_options {
  cors_policy cors = cors_policy::off;
  std::vector<std::string> cors_origins;
  access_log_options access_log;
  /// Whose word about their clients is believed.
  proxy_options proxies;
  /// As in tracing_options.
  double trace_ratio = 0.01;
  std::chrono::milliseconds slow_trace{1'000};
};

struct front_options {
  std::chrono::milliseconds request_timeout{10'000};
  live_front_options live; ///< At the start.
  /// How it is with WeChat, for /readyz: "simulator", "unchecked", "ok", "unavailable".
  std::function<std::string_view()> wechat_state;
  /// No access token is good for longer, whatever it says.
  std::chrono::seconds access_ttl{std::chrono::minutes{15}};
  /// The data of /api/version, serialised.
  std::string version_json;
  tracing_options tracing{};
  /// Empty: all_routes().
  std::vector<route> routes{};
  /// Of the operator's listener; both outlive the front. Null: it has no routes for operators.
  gatekeeper* gate = nullptr;
  admin_desk* desk = nullptr;
};

/// What handlers work with.
class handler_context {
public:
  handler_context(lane_context& its_lane, const front_options& its_options)
      : services{its_lane}, options{its_options} {}

  lane_context& services;
  const front_options& options;
  /// Who asks, if he shows a good access token: where that is no condition but makes a difference.
  std::function<std::optional<caller>(const exchange&)> find_caller;
  /// The actor in whose name requests are sent.
  http_front_actor::pointer self = nullptr;
  bool draining = false;

  /// Asks a service on behalf of an exchange. `then(exchange, reply)` makes the answer; an error is
  /// the answer by itself. Late replies are dropped, and what `then` throws is an internal error.
  template <class Reply, class Handle, class Message, class Then>
  void ask(const exchange_ptr& waiting, const Handle& service, Message message, Then then);

private:
  static void recover(exchange& broken, const char* what);
};

/// The middleware chain and the routes of one lane: plain code that runs in the lane's thread. The
/// http_front actor calls it for each message.
class front final : public answer_observer {
public:
  front(lane_context& services, front_options options, security::access_token_codec tokens,
        std::uint64_t random_seed);

  /// The chain: trace id, recovery, CORS, route, authentication, handler; the access log at the
  /// end.
  void serve(const exchange_ptr& arrived);

  /// Answers a request that the connection could not read, or that the actor lost, with an error.
  void refuse(const exchange_ptr& refused, error cause);

  /// Answers what has waited beyond its deadline, and hands the access log over.
  void sweep(steady_time now);

  /// What comes from now on is served in this way.
  void change(const live_front_options& next);

  /// From now on /readyz says no and each response closes its connection.
  void drain() noexcept { context_.draining = true; }

  /// Answers what still waits with shutting_down.
  void abandon();

  handler_context& context() noexcept { return context_; }

  /// Any thread may read it.
  const route_meter& routes() const noexcept { return route_meter_; }

private:
  void on_answer(exchange& answered) override;
  void on_end(exchange& ended) override;
  void begin(exchange& arrived);
  void find_client(exchange& arrived) const;
  void dispatch(const exchange_ptr& arrived);
  void admit_service(const exchange_ptr& arrived);
  void answer_options(exchange& asked, std::string_view allow);
  result<access_claims> authenticate(const exchange& asking);

  front_options options_;
  handler_context context_;
  router routes_;
  route_meter route_meter_;
  cors cors_;
  client_finder clients_;
  access_log access_log_;
  security::access_token_codec tokens_;
  request_tracer tracer_;
  boost::intrusive::list<exchange,
                         boost::intrusive::member_hook<exchange, decltype(exchange::waiting_hook),
                                                       &exchange::waiting_hook>,
                         boost::intrusive::constant_time_size<false>>
      waiting_;
};

class http_front_state {
public:
  static constexpr const char* name = "http_front";

  http_front_state(actor_of<http_front_actor> self, front& chain) : self_{self}, chain_{chain} {}
  ~http_front_state() {
    if (chain_.context().self == self_) chain_.context().self = nullptr;
  }
  http_front_state(const http_front_state&) = delete;
  http_front_state& operator=(const http_front_state&) = delete;

  /// Called in the lane's thread, unlike the constructor.
  http_front_actor::behavior_type make_behavior() {
    chain_.context().self = self_;
    return {[this](const exchange_ptr& arrived) { chain_.serve(arrived); }};
  }

private:
  actor_of<http_front_actor> self_;
  front& chain_;
};

template <class Reply, class Handle, class Message, class Then>
void handler_context::ask(const exchange_ptr& waiting, const Handle& service, Message message,
                          Then then) {
  self->request(service, caf::infinite, waiting->context, std::move(message))
      .then(
          [waiting, then = std::move(then)](Reply& reply) mutable {
            if (waiting->answered()) return;
            try {
              then(*waiting, reply);
            } catch (const std::exception& problem) {
              recover(*waiting, problem.what());
            }
          },
          [waiting](const caf::error& cause) { waiting->fail(from_caf(cause)); });
}

} // namespace maque::http

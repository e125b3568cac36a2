#include "http/admin_gate.hpp"

#include "domain/ip_address.hpp"
#include "http/bearer.hpp"
#include "security/operator_token.hpp"

#include <utility>

namespace maque::http {

bool is_loopback(std::string_view address) {
  const auto parsed = ip_address::parse(address);
  static const auto loopback = ip_network::parse("127.0.0.0/8").value();
  static const auto loopback6 = ip_network::parse("::1").value();
  return parsed && (loopback.contains(*parsed) || loopback6.contains(*parsed));
}

bool is_local(const exchange& arrived) {
  if (!is_loopback(arrived.peer_address) || !is_loopback(arrived.client_address)) return false;
  // A proxy on this machine that nobody has said to trust asks for who knows whom.
  const bool forwarded =
      arrived.incoming.count("X-Forwarded-For") != 0 || arrived.incoming.count("Forwarded") != 0;
  return !forwarded || !arrived.forwarded_address.empty();
}

admin_gate::admin_gate(admin_gate_options options)
    : options_{std::move(options)}, token_hash_{
                                        security::hash_operator_secret(options_.token.reveal())} {}

bool admin_gate::is_token(std::string_view presented) const noexcept {
  return security::are_equal(security::hash_operator_secret(presented), token_hash_);
}

bool admin_gate::intercept(handler_context&, const exchange_ptr& arrived) {
  if (options_.local_prefix.empty() ||
      !arrived->incoming.path().starts_with(options_.local_prefix) || !is_local(*arrived))
    return false;
  options_.serve_local(arrived);
  return true;
}

void admin_gate::admit(handler_context& context, const exchange_ptr& arrived) {
  const auto token = bearer_token(arrived->incoming);
  if (token && is_token(*token))
    arrived->by = operator_caller{"token", false};
  else if (arrived->matched->who != access::admin_or_local || !is_local(*arrived))
    return arrived->fail(error{errc::unauthenticated, {}, "no operator's token", {}});
  arrived->matched->serve(context, arrived);
}

} // namespace maque::http

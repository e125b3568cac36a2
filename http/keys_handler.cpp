#include "http/front.hpp"
#include "http/handlers.hpp"
#include "security/key_ring.hpp"

namespace maque::http {

// For other services, which expect a JWK Set (RFC 7517, section 5) and no envelope.
void show_public_keys(handler_context& context, const exchange_ptr& asked) {
  const lane_context& lane = context.services;
  asked->outgoing.headers += "Cache-Control: public, max-age=60\r\n";
  asked->reply_plain(security::describe_public_keys(*lane.keys, lane.clock.now()));
}

} // namespace maque::http

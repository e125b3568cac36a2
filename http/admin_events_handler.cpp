#include "http/admin_desk.hpp"
#include "http/admin_handlers.hpp"
#include "http/event_hub.hpp"
#include "http/front.hpp"

namespace maque::http {

void stream_events(handler_context& context, const exchange_ptr& asked) {
  context.options.desk->events->join(asked, context.services.clock.now());
}

} // namespace maque::http

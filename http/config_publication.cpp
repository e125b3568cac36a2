#include "http/config_publication.hpp"

#include "http/front.hpp"

#include <utility>

namespace maque::http {

void succeed_when_in_force(handler_context& context, const exchange_ptr& asked,
                           std::string data_json) {
  const auto answer = [asked, data = std::move(data_json)] { asked->succeed(data); };
  context.self
      ->request(context.services.config_watcher, caf::infinite, asked->context,
                put_config_in_force{})
      .then([answer](const config_in_force&) { answer(); },
            [answer](const caf::error&) { answer(); });
}

} // namespace maque::http

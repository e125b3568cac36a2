#include "http/cors.hpp"

#include <algorithm>

namespace maque::http {

bool cors::allows(std::string_view origin) const {
  return policy_ == cors_policy::any ||
         std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void cors::decorate(exchange& answered) const {
  if (policy_ == cors_policy::off) return;
  auto& headers = answered.outgoing.headers;
  // Caches have to know that the answer depends on it, even where there was none.
  if (policy_ == cors_policy::list) headers += "Vary: Origin\r\n";
  const auto origin = answered.incoming.field("Origin");
  if (!origin || !allows(*origin)) return;
  headers += "Access-Control-Allow-Origin: ";
  headers += policy_ == cors_policy::any ? std::string_view{"*"} : *origin;
  headers += "\r\nAccess-Control-Expose-Headers: X-Trace-Id, ETag, Retry-After\r\n";
}

void cors::decorate_preflight(exchange& asked, std::string_view allow) const {
  const auto origin = asked.incoming.field("Origin");
  if (policy_ == cors_policy::off || !origin || !allows(*origin)) return;
  if (!asked.incoming.field("Access-Control-Request-Method")) return;
  auto& headers = asked.outgoing.headers;
  headers += "Access-Control-Allow-Methods: ";
  headers += allow;
  headers += "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, If-None-Match, "
             "traceparent\r\nAccess-Control-Max-Age: 600\r\n";
}

} // namespace maque::http

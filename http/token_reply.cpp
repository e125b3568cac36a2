#include "http/token_reply.hpp"

#include "http/json_writer.hpp"

namespace maque::http {

void append_tokens(std::string& out, const tokens& issued) {
  out += R"("access_token":)";
  append_json_string(out, issued.access_token);
  out += ",\"token_type\":\"Bearer\",\"expires_in\":";
  out += std::to_string(issued.access_ttl.count());
  out += ",\"refresh_token\":";
  append_json_string(out, issued.refresh_token);
  out += ",\"refresh_expires_in\":";
  out += std::to_string(issued.refresh_ttl.count());
  out += ",\"is_new_user\":";
  out += issued.is_new_user ? "true" : "false";
}

} // namespace maque::http

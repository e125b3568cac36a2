#include "http/token_reply.hpp"

#include "http/json_writer.hpp"

namespace maque::http {

void append_tokens(std::string& out, const tokens& issued) {
  out += R"("access_token":)";
  append_json_string(out, issued.access_token);
  out += R"(,"token_type":"Bearer","expires_in":)";
  out += std::to_string(issued.access_ttl.count());
  out += R"(,"refresh_token":)";
  append_json_string(out, issued.refresh_token);
  out += R"(,"refresh_expires_in":)";
  out += std::to_string(issued.refresh_ttl.count());
  out += R"(,"is_new_user":)";
  out += issued.is_new_user ? "true" : "false";
}

} // namespace maque::http

#include "http/login_code.hpp"

#include "domain/limits.hpp"
#include "http/json_body.hpp"

namespace maque::http {

result<std::string> read_login_code(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  std::string code = body->required("code", limits::login_code_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  if (code.empty()) return maque::fail(errc::invalid_field, "code: empty");
  return code;
}

} // namespace maque::http

#include "new_password.hpp"

#include "domain/limits.hpp"
#include "domain/password.hpp"
#include "import_line.hpp"
#include "security/base64url.hpp"
#include "security/password_hash.hpp"
#include "security/random.hpp"
#include "terminal.hpp"

#include <iostream>

namespace maque {

namespace {

std::string hash(const secret& password, const config::settings& settings) {
  return security::hash_password(
      password, {.memory_mib = settings.password.memory_mib, .passes = settings.password.passes});
}

result<new_password> read_hash() {
  const auto given = read_secret("hash", limits::password_hash_bytes);
  if (!given) return tl::unexpected{given.error()};
  if (auto known = check_imported_hash(given->reveal()); !known)
    return tl::unexpected{std::move(known.error())};
  return new_password{given->reveal()};
}

result<new_password> read_password(const username& who, const config::settings& settings) {
  const auto given = is_interactive() ? ask_secret("password", limits::password_bytes)
                                      : read_secret("password", limits::password_bytes);
  if (!given) return tl::unexpected{given.error()};
  if (auto valid = validate_password(given->reveal(), who); !valid)
    return tl::unexpected{std::move(valid.error())};
  return new_password{hash(*given, settings)};
}

new_password make_password(const config::settings& settings) {
  secret made{security::encode_base64url(security::random_bytes<16>())};
  std::string hashed = hash(made, settings);
  return {std::move(hashed), std::move(made)};
}

} // namespace

result<new_password> get_password(config::password_source from, const username& who,
                                  const config::settings& settings) {
  switch (from) {
  case config::password_source::random:
    return make_password(settings);
  case config::password_source::standard_input:
    return read_password(who, settings);
  case config::password_source::standard_input_hashed:
    return read_hash();
  }
  return fail(errc::internal, {}, "an unknown source of passwords");
}

void print(const new_password& password) {
  if (!password.made.empty())
    std::cout << "password, shown this once: " << password.made.reveal() << '\n';
}

} // namespace maque

// token_mint SECRET <user-ids >tokens
// Prints the key that signs access tokens when auth.signing_secret is SECRET, in hexadecimal, and
// then an access token, good for a day, for each user id of standard input. One a line.

#include "security/access_token.hpp"
#include "security/random.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace maque;

std::string to_hex(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

/// False if a line is no id.
bool mint(const security::signing_key& key) {
  security::access_token_codec codec{key, "maque", "maque"};
  access_claims claims;
  claims.issued_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  claims.expires_at = claims.issued_at + std::chrono::hours{24};
  for (std::string line; std::getline(std::cin, line);) {
    const auto user = user_id::parse(line);
    if (!user) {
      std::cerr << "token_mint: no user id: " << line << '\n';
      return false;
    }
    claims.user = *user;
    claims.session = session_id{user->value};
    std::cout << codec.sign(claims) << '\n';
  }
  return true;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: token_mint SECRET <user-ids >tokens\n";
    return EXIT_FAILURE;
  }
  security::initialize();
  const auto key = security::derive_signing_key(secret{argv[1]});
  if (!key) {
    std::cerr << "token_mint: " << key.error().cause << '\n';
    return EXIT_FAILURE;
  }
  std::cout << to_hex(key->access_key.reveal()) << '\n';
  return mint(*key) ? EXIT_SUCCESS : EXIT_FAILURE;
}

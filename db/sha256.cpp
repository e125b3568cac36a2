#include "db/sha256.hpp"

#include "db/hex.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace maque::db {
namespace {

void require(int outcome) {
  if (outcome != 1) throw std::runtime_error{"SHA-256 is not to be had from OpenSSL"};
}

} // namespace

void sha256_stream::closer::operator()(EVP_MD_CTX* context) const noexcept {
  EVP_MD_CTX_free(context);
}

sha256_stream::sha256_stream() : context_{EVP_MD_CTX_new()} {
  require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}
sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

void sha256_stream::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string sha256_stream::finish() {
  std::array<std::uint8_t, 32> digest{};
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return to_hex(digest);
}

} // namespace maque::db

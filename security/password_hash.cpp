#include "security/password_hash.hpp"

#include "security/bytes_of.hpp"
#include "security/random.hpp"
#include "security/stored_hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <crypt.h>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <variant>

namespace maque::security {

namespace {

constexpr std::size_t mebibyte = 1024UL * 1024;

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

// Verifies with the algorithm that a stored hash was made with.
class verifier {
public:
  verifier(const secret& password, std::string_view text) : password_{password}, text_{text} {}

  bool operator()(const argon2id_hash&) const {
    const std::string& given = password_.reveal();
    errno = 0;
    if (crypto_pwhash_argon2id_str_verify(text_.c_str(), given.data(), given.size()) == 0)
      return true;
    if (errno == ENOMEM) throw std::bad_alloc{};
    return false;
  }

  bool operator()(const crypt_hash& stored) const {
    const std::string& given = password_.reveal();
    if (has_zero(given)) return false;
    // crypt(3) takes no more than 512 bytes, even where the algorithm ignores most of them.
    const secret looked_at{stored.password_bytes == 0 ? given
                                                      : given.substr(0, stored.password_bytes)};
    const auto room = std::make_unique<crypt_data>();
    const char* const made = crypt_r(looked_at.reveal().c_str(), text_.c_str(), room.get());
    if (made == nullptr && errno == ENOMEM) throw std::bad_alloc{};
    const bool matches = made != nullptr &&
                         equal_in_constant_time(digest_of(made, stored), digest_of(text_, stored));
    sodium_memzero(room.get(), sizeof(crypt_data));
    return matches;
  }

  bool operator()(const scrypt_hash& stored) const {
    const std::string& given = password_.reveal();
    if (has_zero(given)) return false;
    secret made{std::string(stored.digest.size(), '\0')};
    // What OpenSSL counts is a little more than the algorithm's own need.
    const std::uint64_t memory = 128 * stored.r * (stored.n + stored.p + 2) + mebibyte;
    if (EVP_PBE_scrypt(given.data(), given.size(), bytes_of(stored.salt), stored.salt.size(),
                       stored.n, stored.r, stored.p, memory,
                       reinterpret_cast<unsigned char*>(made.mutable_value().data()),
                       stored.digest.size()) != 1)
      throw std::bad_alloc{};
    return equal_in_constant_time(made.reveal(), stored.digest);
  }

  bool operator()(const pbkdf2_hash& stored) const {
    const std::string& given = password_.reveal();
    if (has_zero(given) || given.size() > std::numeric_limits<int>::max()) return false;
    secret made{std::string(stored.digest.size(), '\0')};
    if (PKCS5_PBKDF2_HMAC(given.data(), static_cast<int>(given.size()), bytes_of(stored.salt),
                          static_cast<int>(stored.salt.size()), static_cast<int>(stored.rounds),
                          stored.with == pbkdf2_hash::hash::sha512 ? EVP_sha512() : EVP_sha256(),
                          static_cast<int>(stored.digest.size()),
                          reinterpret_cast<unsigned char*>(made.mutable_value().data())) != 1)
      throw std::bad_alloc{};
    return equal_in_constant_time(made.reveal(), stored.digest);
  }

private:
  static bool has_zero(const std::string& text) noexcept {
    return text.find('\0') != std::string::npos;
  }

  static std::string_view digest_of(std::string_view text, const crypt_hash& stored) noexcept {
    return text.size() < stored.digest_characters
               ? std::string_view{}
               : text.substr(text.size() - stored.digest_characters);
  }

  const secret& password_;
  std::string text_; // With the zero behind it that C functions look for.
};

bool is_outdated(const stored_hash& stored, const password_parameters& parameters) noexcept {
  const auto* const ours = std::get_if<argon2id_hash>(&stored.kind);
  return ours == nullptr || ours->memory_kib / 1024 < parameters.memory_mib ||
         ours->passes < parameters.passes;
}

template <std::size_t N>
std::string random_base64() {
  const auto bytes = random_bytes<N>();
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(N, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), N, variant);
  text.pop_back(); // The zero at its end.
  return text;
}

} // namespace

std::string hash_password(const secret& password, const password_parameters& parameters) {
  std::array<char, crypto_pwhash_argon2id_STRBYTES> text{};
  const std::string& given = password.reveal();
  if (crypto_pwhash_argon2id_str(text.data(), given.data(), given.size(), parameters.passes,
                                 parameters.memory_mib * mebibyte) != 0)
    throw std::bad_alloc{};
  return text.data();
}

password_verdict verify_password(const secret& password, std::string_view stored,
                                 const password_parameters& parameters) {
  const auto known = parse_stored_hash(stored);
  if (!known) return {false, false, known.error().cause};
  return {std::visit(verifier{password, stored}, known->kind), is_outdated(*known, parameters), {}};
}

bool is_importable(std::string_view stored) {
  return parse_stored_hash(stored).has_value();
}

std::uint64_t memory_to_verify(std::string_view stored) {
  const auto known = parse_stored_hash(stored);
  return known ? known->memory_bytes : 0;
}

std::string make_dummy_hash(const password_parameters& parameters) {
  // To find a password that fits these random bytes is as hard as to find one for any other hash.
  return "$argon2id$v=19$m=" + std::to_string(parameters.memory_mib * 1024) +
         ",t=" + std::to_string(parameters.passes) + ",p=1$" + random_base64<16>() + "$" +
         random_base64<32>();
}

} // namespace maque::security

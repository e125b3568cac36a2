#include "security/operator_token.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/bytes_of.hpp"
#include "security/random.hpp"
#include "security/secret_file.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace maque::security {

namespace {

constexpr std::size_t token_bytes_min = 32;

bool is_token(std::string_view text) noexcept {
  return text.size() >= token_bytes_min && text.size() <= limits::operator_token_bytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// Nothing if there is no such file.
result<std::optional<secret>> find_token(const secret_file& file) {
  auto text = file.find(limits::operator_token_bytes + 1);
  if (!text) return tl::unexpected{std::move(text).error()};
  if (!*text) return std::nullopt;
  if ((*text)->ends_with('\n')) (*text)->pop_back();
  if (is_token(**text)) return secret{**std::move(text)};
  return file.refuse("is not a line of 32 to 1024 printable characters; remove it to have a new "
                     "token made");
}

} // namespace

result<operator_token> load_or_make_operator_token(const std::filesystem::path& path) {
  const secret_file file{"operator token", path};
  auto found = find_token(file);
  if (!found) return tl::unexpected{std::move(found).error()};
  if (*found) return operator_token{**std::move(found), false};
  const std::string fresh = make_operator_secret();
  if (auto made = file.make(fresh + '\n'); !made) return tl::unexpected{std::move(made).error()};
  // Another process may have been faster.
  found = find_token(file);
  if (!found) return tl::unexpected{std::move(found).error()};
  if (!*found) return file.refuse("is missing, though it was just made");
  const bool is_new = (*found)->reveal() == fresh;
  return operator_token{**std::move(found), is_new};
}

std::string make_operator_secret() {
  return encode_base64url(random_bytes<32>());
}

sha256_digest hash_operator_secret(std::string_view text) noexcept {
  sha256_digest digest;
  static_assert(std::tuple_size_v<sha256_digest> == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), bytes_of(text), text.size());
  return digest;
}

bool are_equal(const sha256_digest& presented, const sha256_digest& known) noexcept {
  return sodium_memcmp(presented.data(), known.data(), known.size()) == 0;
}

} // namespace maque::security

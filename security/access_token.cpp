#include "security/access_token.hpp"

#include "domain/limits.hpp"
#include "security/access_token_claims.hpp"
#include "security/access_token_header.hpp"
#include "security/base64url.hpp"
#include "security/token_signer.hpp"
#include "security/verified_tokens.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace maque::security {

namespace {

tl::unexpected<error> refuse_token(std::string_view cause) {
  return fail(errc::unauthenticated, {}, "access token: " + std::string{cause});
}

/// One key of the ring, ready to be used.
struct access_key {
  explicit access_key(const timed_key& timed)
      : kid{timed.key.kid}, algorithm{timed.key.algorithm}, beginning{encode_token_header(
                                                                          kid, algorithm) +
                                                                      '.'},
        until{timed.access_until}, signer{timed.key} {}

  std::string kid;
  key_algorithm algorithm;
  std::string beginning; ///< The encoded header and the dot behind it.
  utc_time until;
  token_signer signer;
};

} // namespace

struct access_token_codec::impl {
  impl(std::string issuer, std::string audience) : format{std::move(issuer), std::move(audience)} {}

  claims_format format;
  shared_key_ring ring;
  std::vector<access_key> keys; ///< In the order of the ring.
  verified_tokens verified{limits::verified_tokens};

  void use(const shared_key_ring& other) {
    keys.clear();
    for (const timed_key& each : other->keys()) {
      keys.emplace_back(each);
    }
    ring = other;
    verified.clear(); // a dropped key's tokens have to go, and the others' are soon back
  }

  std::string sign(const access_claims& claims) {
    const auto signing = &ring->signer(claims.issued_at) - ring->keys().data();
    access_key& key = keys[static_cast<std::size_t>(signing)];
    std::string token = key.beginning + encode_base64url(format.write(claims));
    const std::string signature = key.signer.sign(token);
    token += '.';
    token += signature;
    return token;
  }

  /// What a genuine token says, whatever its times are.
  result<verified_tokens::entry> authenticate(std::string_view token) {
    const auto key = std::ranges::find_if(
        keys, [token](const access_key& each) { return token.starts_with(each.beginning); });
    if (key == keys.end()) return refuse_token(explain_header(token.substr(0, token.find('.'))));
    const std::size_t last_dot = token.rfind('.');
    if (last_dot < key->beginning.size()) return refuse_token("has no signature");
    if (!key->signer.is_genuine(token.substr(0, last_dot), token.substr(last_dot + 1))) {
      return refuse_token("the signature is wrong");
    }
    const auto claims =
        read_payload(token.substr(key->beginning.size(), last_dot - key->beginning.size()));
    if (!claims) return refuse_token(claims.error());
    return verified_tokens::entry{*claims, static_cast<std::size_t>(key - keys.begin())};
  }

  result<access_claims> check_times(const verified_tokens::entry& genuine, utc_time now) const {
    const token_claims& says = genuine.claims;
    // "on or after" the time: RFC 7519, 4.1.4.
    if (now >= says.access.expires_at) {
      return fail(errc::token_expired, {}, "access token: expired");
    }
    if (says.not_before > now + limits::clock_skew) return refuse_token("not yet valid");
    // It can't have been made while the key signed.
    if (now >= keys[genuine.key].until) return refuse_token("the time of its key is over");
    return says.access;
  }

private:
  tl::expected<token_claims, std::string> read_payload(std::string_view encoded) const {
    std::array<std::uint8_t, base64url_decoded_size(limits::access_token_bytes)> buffer;
    if (!decode_public_base64url(encoded, buffer)) {
      return tl::unexpected<std::string>{"the payload is not base64url"};
    }
    return format.read(
        {reinterpret_cast<const char*>(buffer.data()), base64url_decoded_size(encoded.size())});
  }

  std::string explain_header(std::string_view encoded) const {
    return explain_token_header(encoded,
                                [this](std::string_view kid) -> std::optional<key_algorithm> {
                                  const auto found = std::ranges::find(keys, kid, &access_key::kid);
                                  if (found == keys.end()) return std::nullopt;
                                  return found->algorithm;
                                });
  }
};

access_token_codec::access_token_codec(const shared_key_ring& keys, std::string issuer,
                                       std::string audience)
    : impl_{std::make_unique<impl>(std::move(issuer), std::move(audience))} {
  impl_->use(keys);
  // The longest signature is that of EdDSA, with any key.
  constexpr std::size_t longest_signature = 86;
  constexpr utc_time end_of_time{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
  constexpr access_claims longest{
      .user = {INT64_MAX},
      .session = {INT64_MAX},
      .role = user_role::admin_operator,
      .issued_at = end_of_time,
      .expires_at = end_of_time,
  };
  const std::string token = sign(longest);
  if (token.rfind('.') + 1 + longest_signature > limits::access_token_bytes) {
    throw std::invalid_argument{"issuer and audience are too long for an access token"};
  }
}

access_token_codec::access_token_codec(const signing_key& key, std::string issuer,
                                       std::string audience)
    : access_token_codec{make_key_ring(key), std::move(issuer), std::move(audience)} {}

access_token_codec::~access_token_codec() = default;
access_token_codec::access_token_codec(access_token_codec&&) noexcept = default;
access_token_codec& access_token_codec::operator=(access_token_codec&&) noexcept = default;

void access_token_codec::use(const shared_key_ring& keys) {
  if (keys != impl_->ring) impl_->use(keys);
}

std::string access_token_codec::sign(const access_claims& claims) {
  return impl_->sign(claims);
}

result<access_claims> access_token_codec::verify(std::string_view token, utc_time now) {
  if (token.size() > limits::access_token_bytes) return refuse_token("too long");
  if (const auto* const known = impl_->verified.find(token)) return impl_->check_times(*known, now);
  const auto genuine = impl_->authenticate(token);
  if (!genuine) return tl::unexpected{genuine.error()};
  auto claims = impl_->check_times(*genuine, now);
  if (claims) impl_->verified.remember(token, *genuine);
  return claims;
}

} // namespace maque::security

#include "security/access_token.hpp"

#include "domain/limits.hpp"
#include "security/access_token_claims.hpp"
#include "security/access_token_header.hpp"
#include "security/base64url.hpp"
#include "security/hmac_sha256.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace maque::security {

namespace {

constexpr std::size_t signature_characters = 43;
static_assert(base64url_decoded_size(signature_characters) == std::tuple_size_v<hmac_digest>);

tl::unexpected<error> refuse_token(std::string_view cause) {
  return fail(errc::unauthenticated, {}, "access token: " + std::string{cause});
}

} // namespace

struct access_token_codec::impl {
  impl(std::string its_kid, std::string its_beginning, claims_format its_format,
       hmac_sha256 its_authenticate)
      : kid{std::move(its_kid)}, beginning{std::move(its_beginning)}, format{std::move(its_format)},
        authenticate{std::move(its_authenticate)} {}

  std::string kid;
  std::string beginning; ///< The encoded header and the dot behind it.
  claims_format format;
  hmac_sha256 authenticate;

  bool is_genuine(std::string_view signing_input, std::string_view signature) {
    hmac_digest presented{};
    return signature.size() == signature_characters &&
           decode_public_base64url(signature, presented) &&
           equal(presented, authenticate(signing_input));
  }

  tl::expected<token_claims, std::string> read_payload(std::string_view encoded) const {
    std::array<std::uint8_t, base64url_decoded_size(limits::access_token_bytes)> buffer;
    if (!decode_public_base64url(encoded, buffer)) {
      return tl::unexpected<std::string>{"the payload is not base64url"};
    }
    return format.read(
        {reinterpret_cast<const char*>(buffer.data()), base64url_decoded_size(encoded.size())});
  }
};

access_token_codec::access_token_codec(const signing_key& key, std::string issuer,
                                       std::string audience)
    : impl_{std::make_unique<impl>(key.kid, encode_token_header(key.kid) + '.',
                                   claims_format{std::move(issuer), std::move(audience)},
                                   hmac_sha256{key.access_key.reveal()})} {
  constexpr access_claims longest{
      .user = {INT64_MAX},
      .session = {INT64_MAX},
      .role = user_role::admin_operator,
      .issued_at = utc_time{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}},
      .expires_at = utc_time{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}},
  };
  if (sign(longest).size() > limits::access_token_bytes) {
    throw std::invalid_argument{"issuer and audience are too long for an access token"};
  }
}

access_token_codec::~access_token_codec() = default;
access_token_codec::access_token_codec(access_token_codec&&) noexcept = default;
access_token_codec& access_token_codec::operator=(access_token_codec&&) noexcept = default;

std::string access_token_codec::sign(const access_claims& claims) {
  std::string token = impl_->beginning + encode_base64url(impl_->format.write(claims));
  const std::string signature = encode_base64url(impl_->authenticate(token));
  token += '.';
  token += signature;
  return token;
}

result<access_claims> access_token_codec::verify(std::string_view token, utc_time now) {
  if (token.size() > limits::access_token_bytes) return refuse_token("too long");

  const std::string& beginning = impl_->beginning;
  if (!token.starts_with(beginning)) {
    return refuse_token(explain_token_header(token.substr(0, token.find('.')), impl_->kid));
  }
  const std::size_t last_dot = token.rfind('.');
  if (last_dot < beginning.size()) return refuse_token("has no signature");
  if (!impl_->is_genuine(token.substr(0, last_dot), token.substr(last_dot + 1))) {
    return refuse_token("the signature is wrong");
  }

  const auto claims =
      impl_->read_payload(token.substr(beginning.size(), last_dot - beginning.size()));
  if (!claims) return refuse_token(claims.error());
  // "on or after" the time: RFC 7519, 4.1.4.
  if (now >= claims->access.expires_at) {
    return fail(errc::token_expired, {}, "access token: expired");
  }
  if (claims->not_before > now + limits::clock_skew) return refuse_token("not yet valid");
  return claims->access;
}

} // namespace maque::security

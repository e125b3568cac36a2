#pragma once

#include "domain/session.hpp"
#include "domain/time.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace maque::security {

/// What the payload of an access token says.
struct token_claims {
  access_claims access;
  utc_time not_before;
};

/// Writes and reads the payload of access tokens (RFC 7519, section 4).
class claims_format {
public:
  claims_format(std::string issuer, std::string audience);

  /// `nbf` is issued_at. Times are cut to seconds.
  std::string write(const access_claims& claims) const;

  /// Strict: one JSON object with each claim exactly once, no other, each of its exact type, and
  /// with our issuer and audience. Otherwise says what is wrong.
  tl::expected<token_claims, std::string> read(std::string_view json) const;

private:
  std::optional<token_claims> read_as_written(std::string_view json) const noexcept;

  std::string issuer_;
  std::string audience_;
  std::string beginning_; ///< Everything up to the value of `sub`.
};

} // namespace maque::security

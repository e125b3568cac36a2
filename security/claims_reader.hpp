#pragma once

#include "security/access_token_claims.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::security {

/// The time of a NumericDate (RFC 7519, section 2), or nothing if it is after the year 9999.
std::optional<utc_time> parse_numeric_date(std::uint64_t seconds) noexcept;

/// Reads the claims from JSON in any order and spacing; see claims_format::read() for the rules.
tl::expected<token_claims, std::string> read_claims(std::string_view text, std::string_view issuer,
                                                    std::string_view audience);

} // namespace maque::security

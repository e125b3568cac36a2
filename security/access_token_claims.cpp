#include "security/access_token_claims.hpp"

#include "security/claims_reader.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <utility>

namespace maque::security {

namespace {

// What stands between the values in the payload that we write.
constexpr std::string_view sub_to_sid = R"(","sid":")";
constexpr std::string_view sid_to_iat = R"(","iat":)";
constexpr std::string_view iat_to_nbf = R"(,"nbf":)";
constexpr std::string_view nbf_to_exp = R"(,"exp":)";
constexpr std::string_view exp_to_role = R"(,"role":")";
constexpr std::string_view ending = R"("})";

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump();
}

// NumericDate: RFC 7519, section 2.
std::string numeric_date(utc_time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// Takes a text apart from its front. Every function is false if the front is something else.
class scanner {
public:
  explicit scanner(std::string_view text) noexcept : rest_{text} {}

  bool literal(std::string_view expected) noexcept {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  template <class Id>
  bool id(Id& out) noexcept {
    const auto value = Id::parse(take_until('"'));
    if (value) out = *value;
    return value.has_value();
  }

  // JSON allows no leading zeros; 0 itself, in 1970, is not worth a case here.
  bool time(utc_time& out) noexcept {
    if (rest_.starts_with('0')) return false;
    std::uint64_t seconds = 0;
    const auto [stop, failure] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), seconds);
    if (failure != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    const auto value = parse_numeric_date(seconds);
    if (value) out = *value;
    return value.has_value();
  }

  bool role(user_role& out) noexcept {
    const auto value = parse_user_role(take_until('"'));
    if (value) out = *value;
    return value.has_value();
  }

  bool at_end() const noexcept { return rest_.empty(); }

private:
  std::string_view take_until(char stop) noexcept {
    const std::string_view taken = rest_.substr(0, rest_.find(stop));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

} // namespace

claims_format::claims_format(std::string issuer, std::string audience)
    : issuer_{std::move(issuer)}, audience_{std::move(audience)},
      beginning_{R"({"iss":)" + json_string(issuer_) + R"(,"aud":)" + json_string(audience_) +
                 R"(,"sub":")"} {}

std::string claims_format::write(const access_claims& claims) const {
  const std::string issued_at = numeric_date(claims.issued_at);
  std::string json;
  json.reserve(beginning_.size() + 160);
  json += beginning_;
  json += to_string(claims.user);
  json += sub_to_sid;
  json += to_string(claims.session);
  json += sid_to_iat;
  json += issued_at;
  json += iat_to_nbf;
  json += issued_at;
  json += nbf_to_exp;
  json += numeric_date(claims.expires_at);
  json += exp_to_role;
  json += to_string(claims.role);
  json += ending;
  return json;
}

tl::expected<token_claims, std::string> claims_format::read(std::string_view json) const {
  if (const auto claims = read_as_written(json)) return *claims;
  return read_claims(json, issuer_, audience_);
}

// Reading what write() writes takes 0.1 us, reading JSON 1.8 us: in front of the hottest route that
// is worth a shortcut. It accepts nothing that the other one doesn't, and says the same of it.
std::optional<token_claims> claims_format::read_as_written(std::string_view json) const noexcept {
  token_claims claims;
  access_claims& access = claims.access;
  scanner text{json};
  const bool is_read =
      text.literal(beginning_) && text.id(access.user) && text.literal(sub_to_sid) &&
      text.id(access.session) && text.literal(sid_to_iat) && text.time(access.issued_at) &&
      text.literal(iat_to_nbf) && text.time(claims.not_before) && text.literal(nbf_to_exp) &&
      text.time(access.expires_at) && text.literal(exp_to_role) && text.role(access.role) &&
      text.literal(ending) && text.at_end();
  if (!is_read) return std::nullopt;
  return claims;
}

} // namespace maque::security

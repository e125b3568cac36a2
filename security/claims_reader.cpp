#include "security/claims_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace maque::security {

namespace {

using nlohmann::json;

enum class claim : std::uint8_t { iss, aud, sub, sid, iat, nbf, exp, role };

// In the order of the enumerators.
constexpr std::array<std::string_view, 8> claim_names{"iss", "aud", "sub", "sid",
                                                      "iat", "nbf", "exp", "role"};

constexpr std::string_view name_of(claim which) {
  return claim_names[static_cast<std::size_t>(which)];
}

constexpr unsigned bit_of(claim which) {
  return 1U << static_cast<unsigned>(which);
}

constexpr std::string_view not_json = "the payload is not JSON";

constexpr unsigned all_claims = (1U << claim_names.size()) - 1;

template <class T>
bool keep(const std::optional<T>& value, T& out) {
  if (value) out = *value;
  return value.has_value();
}

/// Fills token_claims while nlohmann's parser walks over the text; returning false stops it.
class claims_handler final : public nlohmann::json_sax<json> {
public:
  claims_handler(std::string_view issuer, std::string_view audience)
      : issuer_{issuer}, audience_{audience} {}

  /// After the walk.
  tl::expected<token_claims, std::string> finish() && {
    if (complaint_.empty() && seen_ != all_claims) {
      const auto missing =
          std::ranges::find_if(claim_names, [this, bit = 1U](std::string_view) mutable {
            const bool is_missing = (seen_ & bit) == 0;
            bit <<= 1;
            return is_missing;
          });
      complaint_ = std::string{*missing} + " is missing";
    }
    if (!complaint_.empty()) return tl::unexpected{std::move(complaint_)};
    return claims_;
  }

  bool start_object(std::size_t) override {
    if (is_inside_) return refuse_type();
    is_inside_ = true;
    return true;
  }

  bool key(string_t& name) override {
    const auto found = std::ranges::find(claim_names, name);
    if (found == claim_names.end()) return refuse("there is an unknown claim");
    current_ = static_cast<claim>(found - claim_names.begin());
    if ((seen_ & bit_of(current_)) != 0) return refuse_current("is there twice");
    seen_ |= bit_of(current_);
    return true;
  }

  bool string(string_t& text) override {
    if (!is_inside_) return refuse_type();
    access_claims& access = claims_.access;
    switch (current_) {
    case claim::iss:
      return text == issuer_ || refuse_current("is another");
    case claim::aud:
      return text == audience_ || refuse_current("is another");
    case claim::sub:
      return keep(user_id::parse(text), access.user) || refuse_current("is no id");
    case claim::sid:
      return keep(session_id::parse(text), access.session) || refuse_current("is no id");
    case claim::role:
      return keep(parse_user_role(text), access.role) || refuse_current("is unknown");
    case claim::iat:
    case claim::nbf:
    case claim::exp:
      break;
    }
    return refuse_type();
  }

  bool number_unsigned(number_unsigned_t seconds) override {
    if (!is_inside_) return refuse_type();
    utc_time* time = nullptr;
    if (current_ == claim::iat) time = &claims_.access.issued_at;
    if (current_ == claim::nbf) time = &claims_.not_before;
    if (current_ == claim::exp) time = &claims_.access.expires_at;
    if (time == nullptr) return refuse_type();
    return keep(parse_numeric_date(seconds), *time) || refuse_current("is no time");
  }

  bool null() override { return refuse_type(); }
  bool boolean(bool) override { return refuse_type(); }
  bool number_integer(number_integer_t) override { return refuse_type(); }
  bool number_float(number_float_t, const string_t&) override { return refuse_type(); }
  bool binary(binary_t&) override { return refuse_type(); }
  bool start_array(std::size_t) override { return refuse_type(); }
  bool end_array() override { return true; }
  bool end_object() override { return true; }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return refuse(std::string{not_json});
  }

private:
  bool refuse(std::string why) {
    complaint_ = std::move(why);
    return false;
  }

  bool refuse_current(std::string_view why) {
    return refuse(std::string{name_of(current_)} + " " + std::string{why});
  }

  bool refuse_type() {
    return is_inside_ ? refuse_current("is of the wrong type")
                      : refuse("the payload is not an object");
  }

  std::string_view issuer_;
  std::string_view audience_;
  token_claims claims_;
  claim current_ = claim::iss;
  unsigned seen_ = 0;
  bool is_inside_ = false;
  std::string complaint_;
};

} // namespace

std::optional<utc_time> parse_numeric_date(std::uint64_t seconds) noexcept {
  constexpr std::uint64_t year_10000 = 253'402'300'800;
  if (seconds >= year_10000) return std::nullopt;
  return utc_time{std::chrono::seconds{seconds}};
}

tl::expected<token_claims, std::string> read_claims(std::string_view text, std::string_view issuer,
                                                    std::string_view audience) {
  claims_handler handler{issuer, audience};
  // nlohmann's parser takes a zero byte for the end of the text, whatever is behind it.
  if (text.find('\0') != std::string_view::npos) return tl::unexpected{std::string{not_json}};
  json::sax_parse(text, &handler);
  return std::move(handler).finish();
}

} // namespace maque::security

#pragma once

#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque {

/// What the bearer of an API key may do.
enum class api_scope : std::uint8_t {
  wechat_messages, ///< Send subscribe messages.
  wechat_checks,   ///< Have texts checked.
  wechat_codes,    ///< Make mini-program codes.
  wechat_links,    ///< Make URL schemes and URL links.
};

inline constexpr std::array all_api_scopes{api_scope::wechat_messages, api_scope::wechat_checks,
                                           api_scope::wechat_codes, api_scope::wechat_links};

/// "wechat.messages"
std::string_view to_string(api_scope scope) noexcept;
std::optional<api_scope> parse_api_scope(std::string_view text) noexcept;

/// A set of scopes.
class api_scopes {
public:
  void add(api_scope scope) noexcept { bits_ |= bit(scope); }
  bool contains(api_scope scope) const noexcept { return (bits_ & bit(scope)) != 0; }
  bool empty() const noexcept { return bits_ == 0; }

  /// As a database has it: the names with a blank between them.
  std::string text() const;
  /// Names that this program doesn't know give no rights.
  static api_scopes parse(std::string_view text);

  friend bool operator==(const api_scopes&, const api_scopes&) = default;

private:
  static std::uint32_t bit(api_scope scope) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(scope);
  }

  std::uint32_t bits_ = 0;
};

using api_key_id = basic_id<struct api_key_tag>;

/// Lets another service in, without a user.
struct api_key {
  api_key_id id;
  std::string name;     ///< For the operator and the log; see is_api_key_name().
  sha256_digest hash{}; ///< SHA-256 of the key; the key itself is nowhere.
  api_scopes scopes;
  utc_time created_at;
  std::optional<utc_time> expires_at{};
  std::optional<utc_time> revoked_at{};
  std::optional<utc_time> last_used_at{}; ///< Give or take a minute.

  /// Whether it lets anybody in.
  bool is_good_at(utc_time now) const noexcept {
    return !revoked_at && (!expires_at || now < *expires_at);
  }

  friend bool operator==(const api_key&, const api_key&) = default;
};

/// A letter, then up to 63 letters, digits, ".", "_" and "-", all of ASCII: no id looks like that,
/// nor an option of a command.
bool is_api_key_name(std::string_view text) noexcept;

} // namespace maque

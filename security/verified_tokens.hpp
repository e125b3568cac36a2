#pragma once

#include "security/access_token_claims.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace maque::security {

/// Remembers what genuine access tokens say, so that a signature is checked once and not with each
/// request. Bounded: in sets of eight places, where the newest replaces the oldest.
/// Times are the caller's business, each time.
class verified_tokens {
public:
  struct entry {
    token_claims claims;
    std::size_t key = 0; ///< Which key signed it.
  };

  /// @param capacity a power of two, at least 8; memory is taken as it is needed.
  explicit verified_tokens(std::size_t capacity);

  /// Null if this very token is not remembered. Valid until the next call of remember() or clear().
  const entry* find(std::string_view token) const noexcept;

  /// @param token genuine, every byte of it: its end is taken for random.
  void remember(std::string_view token, const entry& says);

  void clear() noexcept;

private:
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t tag_characters = 8;

  struct place {
    std::string token;
    entry says;
  };
  struct place_set {
    std::array<std::uint64_t, ways> tags{};
    std::array<place, ways> places;
    std::size_t oldest = 0;
  };

  static std::uint64_t tag_of(std::string_view token) noexcept;
  std::size_t index_of(std::uint64_t tag) const noexcept;

  std::size_t set_count_;
  std::vector<place_set> sets_; ///< Empty until something is remembered.
};

} // namespace maque::security

#include "security/verified_tokens.hpp"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace maque::security {

namespace {

/// The signature is compared in constant time: how much of it was right must not show. What stands
/// before it is no secret.
bool is_same(std::string_view presented, std::string_view known) noexcept {
  if (presented.size() != known.size()) return false;
  const std::size_t signature = known.rfind('.') + 1;
  return presented.substr(0, signature) == known.substr(0, signature) &&
         sodium_memcmp(presented.data() + signature, known.data() + signature,
                       known.size() - signature) == 0;
}

} // namespace

verified_tokens::verified_tokens(std::size_t capacity)
    : set_count_{std::bit_ceil(std::max(capacity, ways)) / ways} {}

// Characters of the signature, which is as good as random and which nobody can choose: no hash is
// needed, and nobody can make many tokens fall into one set. Not the last one, which has stray
// bits.
std::uint64_t verified_tokens::tag_of(std::string_view token) noexcept {
  std::uint64_t tag = 0;
  std::memcpy(&tag, token.data() + token.size() - tag_characters - 1, tag_characters);
  return tag;
}

// Each character has six random bits: the multiplication brings all of them to the upper end.
std::size_t verified_tokens::index_of(std::uint64_t tag) const noexcept {
  return static_cast<std::size_t>((tag * 0x9E3779B97F4A7C15ULL) >> 32) & (set_count_ - 1);
}

const verified_tokens::entry* verified_tokens::find(std::string_view token) const noexcept {
  if (sets_.empty() || token.size() <= tag_characters) return nullptr;
  const std::uint64_t tag = tag_of(token);
  const place_set& set = sets_[index_of(tag)];
  for (std::size_t way = 0; way < ways; ++way) {
    if (set.tags[way] == tag && is_same(token, set.places[way].token)) return &set.places[way].says;
  }
  return nullptr;
}

void verified_tokens::remember(std::string_view token, const entry& says) {
  if (token.size() <= tag_characters) return;
  if (sets_.empty()) sets_.resize(set_count_);
  const std::uint64_t tag = tag_of(token);
  place_set& set = sets_[index_of(tag)];
  place& taken = set.places[set.oldest];
  taken.token.assign(token);
  taken.says = says;
  set.tags[set.oldest] = tag;
  set.oldest = (set.oldest + 1) % ways;
}

void verified_tokens::clear() noexcept {
  sets_.clear();
}

} // namespace maque::security

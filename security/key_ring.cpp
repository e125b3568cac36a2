#include "security/key_ring.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/ed25519.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace maque::security {

key_ring::key_ring(std::vector<timed_key> keys) : keys_{std::move(keys)} {
  if (keys_.empty() || !std::ranges::is_sorted(keys_, {}, &timed_key::signs_from)) {
    throw std::invalid_argument{"a key ring needs keys in the order of their times"};
  }
}

const timed_key& key_ring::signer(utc_time now) const noexcept {
  const auto next = std::ranges::upper_bound(keys_, now, {}, &timed_key::signs_from);
  return next == keys_.begin() ? keys_.front() : *std::prev(next);
}

shared_key_ring make_key_ring(signing_key key) {
  return std::make_shared<const key_ring>(std::vector{timed_key{.key = std::move(key)}});
}

key_ring make_key_ring(std::vector<timed_key> keys, const token_lifetimes& lifetimes) {
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    const utc_time retired = keys[i + 1].signs_from + limits::key_retirement_margin;
    keys[i].access_until = retired + lifetimes.access;
    keys[i].refresh_until = retired + lifetimes.refresh;
  }
  return key_ring{std::move(keys)};
}

result<key_ring> make_key_ring(const secret& signing, key_algorithm algorithm,
                               std::span<const secret> previous) {
  auto first = derive_signing_key(signing, algorithm);
  if (!first) return tl::unexpected{std::move(first).error()};
  std::vector keys{timed_key{.key = *std::move(first)}};
  for (const secret& each : previous) {
    for (const key_algorithm any : {key_algorithm::hs256, key_algorithm::eddsa}) {
      auto old = derive_signing_key(each, any);
      if (!old) return tl::unexpected{std::move(old).error()};
      // The signing secret may be listed, too: then nobody notices that the algorithm was changed.
      if (old->kid == keys.front().key.kid) continue;
      keys.push_back({.key = *std::move(old), .signs_from = utc_time::max()});
    }
  }
  return key_ring{std::move(keys)};
}

std::string describe_public_keys(const key_ring& keys, utc_time now) {
  std::string json = R"({"keys":[)";
  for (const timed_key& each : keys.keys()) {
    const signing_key& key = each.key;
    if (key.algorithm != key_algorithm::eddsa || now >= each.access_until) continue;
    if (json.back() == '}') json += ',';
    json += R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":")" + key.kid +
            R"(","x":")" + encode_base64url(ed25519_key{key.access_key}.public_key()) + R"("})";
  }
  return json += "]}";
}

} // namespace maque::security

#include "security/access_token.hpp"
#include "security/random.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace maque;
using security::key_algorithm;

constexpr utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

constexpr access_claims claims{
    .user = {250'123'456'789'012'345},
    .session = {250'123'456'789'054'321},
    .role = user_role::user,
    .issued_at = now,
    .expires_at = now + std::chrono::minutes{15},
};

security::access_token_codec make_codec(key_algorithm algorithm) {
  security::initialize();
  const auto key = security::derive_signing_key(secret{std::string(32, 'k')}, algorithm);
  return {key.value(), "maque", "maque"};
}

void verify(security::access_token_codec& codec, const std::string& token) {
  const auto verified = codec.verify(token, now);
  if (!verified) throw std::logic_error{verified.error().cause};
  benchmark::DoNotOptimize(verified->user);
}

void sign_access_token(benchmark::State& state, key_algorithm algorithm) {
  auto codec = make_codec(algorithm);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(codec.sign(claims));
  }
}
BENCHMARK_CAPTURE(sign_access_token, HS256, key_algorithm::hs256);
BENCHMARK_CAPTURE(sign_access_token, EdDSA, key_algorithm::eddsa);

/// Tokens of so many users, one after another: of 100,000, a lane remembers few when they come
/// back.
void verify_access_tokens(benchmark::State& state, key_algorithm algorithm) {
  auto codec = make_codec(algorithm);
  std::vector<std::string> tokens;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    access_claims of_user = claims;
    of_user.user.value += static_cast<std::uint64_t>(i);
    tokens.push_back(codec.sign(of_user));
  }
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    verify(codec, tokens[next]);
    if (++next == tokens.size()) next = 0;
  }
}
BENCHMARK_CAPTURE(verify_access_tokens, HS256, key_algorithm::hs256)
    ->Arg(1)
    ->Arg(400)
    ->Arg(4'000)
    ->Arg(100'000);
BENCHMARK_CAPTURE(verify_access_tokens, EdDSA, key_algorithm::eddsa)
    ->Arg(1)
    ->Arg(400)
    ->Arg(4'000)
    ->Arg(100'000);

/// A token that was never seen: the whole signature is computed.
void refuse_forged_access_token(benchmark::State& state, key_algorithm algorithm) {
  auto codec = make_codec(algorithm);
  std::string token = codec.sign(claims);
  token[token.size() - 2] = token[token.size() - 2] == 'A' ? 'B' : 'A';
  for ([[maybe_unused]] auto _ : state) {
    const auto verified = codec.verify(token, now);
    if (verified) throw std::logic_error{"a forged token was accepted"};
    benchmark::DoNotOptimize(verified.error().code);
  }
}
BENCHMARK_CAPTURE(refuse_forged_access_token, HS256, key_algorithm::hs256);
BENCHMARK_CAPTURE(refuse_forged_access_token, EdDSA, key_algorithm::eddsa);

} // namespace

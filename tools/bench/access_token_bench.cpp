#include "security/access_token.hpp"
#include "security/random.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace {

using namespace maque;

constexpr utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

constexpr access_claims claims{
    .user = {250'123'456'789'012'345},
    .session = {250'123'456'789'054'321},
    .role = user_role::user,
    .issued_at = now,
    .expires_at = now + std::chrono::minutes{15},
};

security::access_token_codec make_codec() {
  security::initialize();
  const auto key = security::derive_signing_key(secret{std::string(32, 'k')});
  return {key.value(), "maque", "maque"};
}

void sign_access_token(benchmark::State& state) {
  auto codec = make_codec();
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(codec.sign(claims));
  }
}
BENCHMARK(sign_access_token);

void verify_access_token(benchmark::State& state) {
  auto codec = make_codec();
  const std::string token = codec.sign(claims);
  for ([[maybe_unused]] auto _ : state) {
    const auto verified = codec.verify(token, now);
    if (!verified) throw std::logic_error{verified.error().cause};
    benchmark::DoNotOptimize(verified->user);
  }
}
BENCHMARK(verify_access_token);

void refuse_forged_access_token(benchmark::State& state) {
  auto codec = make_codec();
  std::string token = codec.sign(claims);
  token.back() = token.back() == 'A' ? 'E' : 'A';
  for ([[maybe_unused]] auto _ : state) {
    const auto verified = codec.verify(token, now);
    if (verified) throw std::logic_error{"a forged token was accepted"};
    benchmark::DoNotOptimize(verified.error().code);
  }
}
BENCHMARK(refuse_forged_access_token);

} // namespace

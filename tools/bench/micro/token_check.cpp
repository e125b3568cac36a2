#include "domain/limits.hpp"
#include "micro/hot_path.hpp"
#include "security/access_token.hpp"
#include "security/random.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace maque::bench {

namespace {

using security::key_algorithm;

constexpr utc_time moment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

constexpr access_claims usual_claims{
    .user = {250'123'456'789'012'345},
    .session = {250'123'456'789'054'321},
    .role = user_role::user,
    .issued_at = moment,
    .expires_at = moment + std::chrono::minutes{15},
};

security::access_token_codec make_codec(key_algorithm algorithm) {
  security::initialize();
  const auto key = security::derive_signing_key(secret{std::string(32, 'k')}, algorithm);
  return {key.value(), "maque", "maque"};
}

class signing final : public hot_path {
public:
  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i)
      if (codec_.sign(usual_claims).empty()) throw std::logic_error{"there is no token"};
  }

private:
  security::access_token_codec codec_ = make_codec(key_algorithm::hs256);
};

/// Tokens of so many users, one after another.
class verifying final : public hot_path {
public:
  explicit verifying(std::size_t users) {
    for (std::size_t i = 0; i < users; ++i) {
      access_claims of_user = usual_claims;
      of_user.user.value += i;
      tokens_.push_back(codec_.sign(of_user));
    }
  }

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i) {
      const auto verified = codec_.verify(tokens_[next_], moment);
      if (!verified) throw std::logic_error{verified.error().cause};
      if (++next_ == tokens_.size()) next_ = 0;
    }
  }

private:
  security::access_token_codec codec_ = make_codec(key_algorithm::hs256);
  std::vector<std::string> tokens_;
  std::size_t next_ = 0;
};

/// A token that is never remembered: the whole signature is computed each time.
class refusing final : public hot_path {
public:
  explicit refusing(key_algorithm algorithm) : codec_{make_codec(algorithm)} {
    char& last = *(token_.end() - 2);
    last = last == 'A' ? 'B' : 'A';
  }

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i)
      if (codec_.verify(token_, moment)) throw std::logic_error{"a forged token was accepted"};
  }

private:
  security::access_token_codec codec_;
  std::string token_ = codec_.sign(usual_claims);
};

} // namespace

hot_path_ptr sign_token() {
  return std::make_unique<signing>();
}

hot_path_ptr check_known_token() {
  return std::make_unique<verifying>(1);
}

hot_path_ptr check_new_token() {
  // Twice what a lane remembers: whoever comes again was forgotten.
  return std::make_unique<verifying>(2 * limits::verified_tokens);
}

hot_path_ptr check_forged_token() {
  return std::make_unique<refusing>(key_algorithm::hs256);
}

hot_path_ptr check_forged_eddsa_token() {
  return std::make_unique<refusing>(key_algorithm::eddsa);
}

} // namespace maque::bench

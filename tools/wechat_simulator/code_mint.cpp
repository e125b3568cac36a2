#include "wechat_simulator/code_mint.hpp"

#include "wechat_simulator/identity.hpp"

#include <chrono>
#include <utility>

namespace maque::wechat_simulator {
namespace {

constexpr std::chrono::minutes minted_lifetime{5};
constexpr std::size_t minted_bytes = 24; // 32 characters, as WeChat's have

} // namespace

std::string code_mint::make(code_kind kind, std::string appid, std::string subject, utc_time now) {
  // The digit in front keeps them apart from "dev-…" and its like.
  std::string code = "0" + random_text(minted_bytes).substr(1);
  const std::scoped_lock lock{mutex_};
  codes_.at(code) = {kind, false, std::move(appid), std::move(subject), now + minted_lifetime};
  return code;
}

code_mint::taken code_mint::take(code_kind kind, std::string_view appid, std::string_view code,
                                 utc_time now) {
  const std::scoped_lock lock{mutex_};
  minted* known = codes_.find(code);
  if (known == nullptr || known->kind != kind || known->appid != appid || now >= known->expires)
    return {};
  if (std::exchange(known->used, true)) return {outcome::used};
  return {outcome::good, known->subject};
}

void code_mint::reset() {
  const std::scoped_lock lock{mutex_};
  codes_.clear();
}

} // namespace maque::wechat_simulator

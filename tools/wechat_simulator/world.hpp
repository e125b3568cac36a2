#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/apps.hpp"
#include "wechat_simulator/code_mint.hpp"
#include "wechat_simulator/injections.hpp"
#include "wechat_simulator/pages.hpp"
#include "wechat_simulator/quotas.hpp"
#include "wechat_simulator/rids.hpp"
#include "wechat_simulator/sessions.hpp"
#include "wechat_simulator/shifted_clock.hpp"
#include "wechat_simulator/statistics.hpp"
#include "wechat_simulator/subscriptions.hpp"
#include "wechat_simulator/tokens.hpp"
#include "wechat_simulator/used_codes.hpp"

#include <chrono>
#include <cstddef>

namespace maque::wechat_simulator {

/// All that the simulated WeChat knows. Each member is thread-safe and bounded; tests and the
/// program's control change them while WeChat is asked.
struct world {
  /// wx.login(): a code is good for five minutes.
  static constexpr std::chrono::minutes code_lifetime{5};
  static constexpr std::size_t codes_remembered = 1'000'000;

  explicit world(const time_source& real) : clock{real} {}

  /// As after the start, except for the apps.
  void reset() {
    clock.set_ahead(std::chrono::seconds{0});
    login_codes.reset();
    phone_codes.reset();
    minted_codes.reset();
    sessions.reset();
    tokens.reset();
    quotas.reset();
    rids.reset();
    messages.reset();
    pages.reset();
    mishaps.reset();
    calls.reset();
  }

  shifted_clock clock;
  app_registry apps;
  used_codes login_codes{codes_remembered, code_lifetime};
  used_codes phone_codes{codes_remembered, code_lifetime};
  code_mint minted_codes;
  session_book sessions;
  token_book tokens;
  call_quotas quotas;
  rid_log rids;
  subscriptions messages;
  page_list pages;
  injections mishaps;
  statistics calls;
};

} // namespace maque::wechat_simulator

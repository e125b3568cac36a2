#pragma once

#include "domain/time.hpp"
#include "wechat/transport.hpp"
#include "wechat_simulator/answer.hpp"
#include "wechat_simulator/world.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// WeChat's side of the conversation, for development and tests: speaks WeChat's wire format, keeps
/// its state in memory, bounded. Thread-safe.
///
/// The login codes "dev-NAME" and "dev-NAME.anything" log in as NAME (1–32 of [A-Za-z0-9_-]); each
/// exact code works once, as WeChat's do. A NAME that begins with "union" has a unionid, as a user
/// has whose mini-program belongs to an Open Platform account; others have none. The code
/// "err-NUMBER" or "err-NUMBER.anything" is answered with that errcode, "fault-KIND" or
/// "fault-KIND.anything" like a network that is broken in that way. Every other code is answered
/// with 40029, unless it was made by state().minted_codes. docs/wechat-simulator.md has all of it.
class simulator {
public:
  explicit simulator(const time_source& clock);

  /// Answers one HTTP request; `target` is path and query as they were sent. When and how the
  /// answer comes is said in it, for the caller to see to.
  answer answer_to(std::string_view method, std::string_view target, std::string_view body);

  /// The same, at once and whole.
  wechat::reply handle(std::string_view method, std::string_view target, std::string_view body);

  /// What it knows, to be looked at and changed: its errors, latency, tokens, quotas, messages.
  world& state() noexcept { return *world_; }

private:
  std::unique_ptr<world> world_;
};

/// A way to a simulator in the same process, without a socket. An answer takes the latency that the
/// simulator is told to have, blocking, until the deadline of the call at most; one that would
/// break the connection, or never come, fails with wechat_unavailable.
/// @param engine must outlive the transport.
std::unique_ptr<wechat::transport> make_simulator_transport(simulator& engine);

} // namespace maque::wechat_simulator

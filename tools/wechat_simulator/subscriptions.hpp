#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/bounded_map.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace maque::wechat_simulator {

struct sent_message {
  std::string appid;
  std::string openid;
  std::string template_id;
  utc_time at;
  std::string request; ///< The whole body of the request, JSON.
};

/// How many messages of a template a user has agreed to, and what was sent. Thread-safe.
class subscriptions {
public:
  /// Sends it, and uses one consent up. False if there is none left (43101).
  bool send(sent_message message);

  /// So many messages of this template for this user from now on.
  void allow(std::string_view openid, std::string_view template_id, std::int64_t messages);
  /// For each user and template that none were allowed or sent yet.
  void set_usual(std::int64_t messages);

  /// Templates are those that begin so; an empty one is begun by all.
  void set_template_prefix(std::string prefix);
  bool is_template(std::string_view template_id);

  /// The latest last.
  std::vector<sent_message> sent();

  void reset();

private:
  struct consent {
    bool known = false;
    std::int64_t left = 0;
  };

  consent& consent_of(std::string_view openid, std::string_view template_id);

  static constexpr std::size_t consents_known = 100'000;
  static constexpr std::size_t messages_kept = 1000;
  static constexpr std::int64_t usual_consents = 100;

  std::mutex mutex_;
  bounded_map<consent> consents_{consents_known};
  std::deque<sent_message> sent_;
  std::int64_t usual_ = usual_consents;
  std::string template_prefix_;
};

} // namespace maque::wechat_simulator

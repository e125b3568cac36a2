#pragma once

#include "wechat_simulator/push_message.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <mutex>
#include <set>
#include <string>

namespace httplib {
class Client;
}

namespace maque::wechat_simulator {

/// Sends pushes to the server under test as WeChat does: it waits five seconds for an answer, and
/// sends up to three times more as long as there is none (page "Message push"). Blocking;
/// thread-safe.
class push_sender {
public:
  explicit push_sender(std::chrono::milliseconds timeout = std::chrono::seconds{5})
      : timeout_{timeout} {}

  /// @param url "http://host[:port]/path[?query]"
  /// Returns {"delivered":…,"attempts":[{"status":…,"body":…,"ms":…}]}; an attempt without an
  /// answer has "error" instead of status and body. Delivered is what got a status of 2xx. Throws
  /// std::invalid_argument for an URL that is none.
  nlohmann::ordered_json post(const std::string& url, const push_request& push, bool retry);

  /// The same for the verification: delivered is what was answered with `echostr` and nothing else.
  nlohmann::ordered_json verify(const std::string& url, const std::string& query,
                                const std::string& echostr);

  /// Ends those that are under way, and all that come.
  void stop();

private:
  class registration;

  std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::set<httplib::Client*> active_;
  bool stopping_ = false;
};

} // namespace maque::wechat_simulator

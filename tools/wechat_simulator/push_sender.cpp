#include "wechat_simulator/push_sender.hpp"

#include <httplib.h>

#include <functional>
#include <stdexcept>
#include <utility>

namespace maque::wechat_simulator {
namespace {

using nlohmann::ordered_json;

constexpr int retries = 3;
/// Of a server's answer; those that WeChat reads are short.
constexpr std::size_t body_bytes_shown = 4096;

struct push_target {
  std::string server; ///< "http://host:port"
  std::string path;   ///< and query
};

push_target split(const std::string& url, const std::string& query) {
  const auto scheme = url.find("://");
  if (!url.starts_with("http") || scheme == std::string::npos)
    throw std::invalid_argument{"a url begins with http:// or https://"};
  const auto slash = url.find('/', scheme + 3);
  push_target target{url.substr(0, slash), slash == std::string::npos ? "/" : url.substr(slash)};
  target.path += (target.path.find('?') == std::string::npos ? "?" : "&") + query;
  return target;
}

ordered_json describe(const httplib::Result& came, std::chrono::steady_clock::time_point began) {
  ordered_json attempt;
  if (came) {
    attempt["status"] = came->status;
    attempt["body"] = came->body.substr(0, body_bytes_shown);
  } else {
    attempt["error"] = httplib::to_string(came.error());
  }
  const auto took = std::chrono::steady_clock::now() - began;
  attempt["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return attempt;
}

bool is_success(const httplib::Result& came) {
  return came && came->status >= 200 && came->status < 300;
}

} // namespace

/// A client that stop() can reach.
class push_sender::registration {
public:
  registration(push_sender& sender, const std::string& server) : sender_{sender}, client_{server} {
    client_.set_connection_timeout(sender.timeout_);
    client_.set_read_timeout(sender.timeout_);
    client_.set_write_timeout(sender.timeout_);
    const std::scoped_lock lock{sender_.mutex_};
    if (sender_.stopping_) throw std::runtime_error{"the simulator is ending"};
    sender_.active_.insert(&client_);
  }
  ~registration() {
    const std::scoped_lock lock{sender_.mutex_};
    sender_.active_.erase(&client_);
  }
  registration(const registration&) = delete;
  registration& operator=(const registration&) = delete;

  httplib::Client& client() noexcept { return client_; }

private:
  push_sender& sender_;
  httplib::Client client_;
};

ordered_json push_sender::post(const std::string& url, const push_request& push, bool retry) {
  const push_target target = split(url, push.query);
  registration registered{*this, target.server};
  ordered_json attempts = ordered_json::array();
  bool delivered = false;
  bool answered = false;
  for (int left = retry ? retries : 0; left >= 0 && !answered; --left) {
    const auto began = std::chrono::steady_clock::now();
    const auto came = registered.client().Post(target.path, push.body, push.content_type);
    attempts.push_back(describe(came, began));
    delivered = is_success(came);
    answered = static_cast<bool>(came);
  }
  return {{"delivered", delivered}, {"attempts", std::move(attempts)}};
}

ordered_json push_sender::verify(const std::string& url, const std::string& query,
                                 const std::string& echostr) {
  const push_target target = split(url, query);
  registration registered{*this, target.server};
  const auto began = std::chrono::steady_clock::now();
  const auto came = registered.client().Get(target.path);
  const bool echoed = is_success(came) && came->body == echostr;
  return {{"delivered", echoed}, {"attempts", ordered_json::array({describe(came, began)})}};
}

void push_sender::stop() {
  const std::scoped_lock lock{mutex_};
  stopping_ = true;
  for (auto* client : active_)
    client->stop();
}

} // namespace maque::wechat_simulator

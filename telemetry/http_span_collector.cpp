#include "domain/limits.hpp"
#include "telemetry/otlp_encoding.hpp"
#include "telemetry/span_collector.hpp"
#include "wechat/call_watchdog.hpp"
#include "wechat/sigpipe_guard.hpp"

#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace maque {

namespace {

constexpr std::string_view content_type = "application/x-protobuf";

struct collector_place {
  std::string origin; ///< "http[s]://host[:port]"
  std::string path;
};

collector_place place_of(const std::string& endpoint) {
  const auto authority = endpoint.find("://");
  const auto path =
      endpoint.find('/', authority == std::string::npos ? 0 : authority + std::size_t{3});
  if (path == std::string::npos) return {endpoint, "/v1/traces"};
  return {endpoint.substr(0, path), endpoint.substr(path)};
}

/// Of Retry-After (RFC 9110, section 10.2.3) only the form in seconds: what else is there is as if
/// it were not.
std::chrono::seconds pause_of(const std::string& retry_after) {
  std::uint32_t seconds = 0;
  const auto* const end = retry_after.data() + retry_after.size();
  const auto [stop, failure] = std::from_chars(retry_after.data(), end, seconds);
  if (failure != std::errc{} || stop != end) return std::chrono::seconds{0};
  return std::min(std::chrono::seconds{seconds}, limits::collector_pause);
}

/// Those that OTLP's specification calls retryable.
bool is_busy(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// Nothing of the request was sent.
bool is_before_the_request(httplib::Error failure) {
  return failure == httplib::Error::Connection || failure == httplib::Error::ConnectionTimeout ||
         failure == httplib::Error::SSLConnection;
}

collector_answer failed(export_failure why, std::string cause, bool may_repeat = false,
                        std::chrono::milliseconds pause = {}) {
  return {why, std::move(cause), may_repeat, pause, 0};
}

class http_span_collector final : public span_collector {
public:
  http_span_collector(collector_place place, const std::vector<secret>& headers)
      : client_{place.origin}, watchdog_{std::make_shared<wechat::deadline_watchdog>()} {
    // A call a second is not worth the care that kept connections need.
    client_.set_keep_alive(false);
    client_.set_follow_location(false);
    client_.enable_server_certificate_verification(true);
    client_.set_tcp_nodelay(true);
    client_.set_url_encode(false);
    client_.set_socket_options([this](socket_t socket) { watchdog_.watch(socket); });
    request_.method = "POST";
    request_.path = std::move(place.path);
    for (const secret& each : headers)
      add_header(each.reveal());
    request_.headers.erase("Content-Type");
    request_.set_header("Content-Type", std::string{content_type});
    request_.set_header("Accept-Encoding", "identity");
    request_.response_handler = [this](const httplib::Response& head) {
      status_ = head.status;
      retry_after_ = head.get_header_value("Retry-After");
      return true;
    };
    request_.content_receiver = [this](const char* data, std::size_t size, std::uint64_t,
                                       std::uint64_t) {
      if (size > limits::collector_reply_bytes - reply_.size()) return false;
      reply_.append(data, size);
      return true;
    };
  }

  collector_answer send(const std::string& request, steady_time deadline) override {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return failed(export_failure::late, "no time left");
    client_.set_connection_timeout(left);
    client_.set_read_timeout(left);
    client_.set_write_timeout(left);
    status_ = 0;
    reply_.clear();
    retry_after_.clear();
    request_.body = request;
    // httplib counts the body only where nobody has.
    request_.headers.erase("Content-Length");

    const wechat::sigpipe_guard no_sigpipe;
    watchdog_.arm(deadline);
    httplib::Response response;
    httplib::Error failure = httplib::Error::Success;
    client_.send(request_, response, failure);
    // httplib's own time limit for an operation may be first.
    const bool out_of_time =
        failure != httplib::Error::Success && std::chrono::steady_clock::now() >= deadline;
    const bool late = watchdog_.disarm() || out_of_time;
    return late ? failed(export_failure::late, "no whole answer in time") : judge(failure);
  }

private:
  void add_header(const std::string& line) {
    const auto colon = line.find(':');
    const auto value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    request_.headers.emplace(line.substr(0, colon), line.substr(value));
  }

  collector_answer judge(httplib::Error failure) const {
    if (status_ == 0)
      return failed(export_failure::no_connection, httplib::to_string(failure),
                    is_before_the_request(failure));
    if (status_ < 200 || status_ > 299)
      return failed(export_failure::refused, "status " + std::to_string(status_), is_busy(status_),
                    pause_of(retry_after_));
    const auto rejected =
        failure == httplib::Error::Success ? parse_rejected_spans(reply_) : std::nullopt;
    if (!rejected) return failed(export_failure::nonsense, "not an answer of OTLP");
    collector_answer taken;
    taken.rejected_spans = *rejected;
    return taken;
  }

  httplib::Client client_;
  wechat::call_watchdog watchdog_;
  httplib::Request request_;
  // Of the current call.
  int status_ = 0; ///< 0: no header was read.
  std::string retry_after_;
  std::string reply_;
};

} // namespace

std::unique_ptr<span_collector> make_http_span_collector(const std::string& endpoint,
                                                         const std::vector<secret>& headers) {
  return std::make_unique<http_span_collector>(place_of(endpoint), headers);
}

} // namespace maque

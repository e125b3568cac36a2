#include "support/api_client.hpp"

#include "support/contract.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>

namespace maque::test {

namespace {

constexpr std::chrono::seconds timeout{15};

} // namespace

api_client::api_client(std::uint16_t port)
    : client_{std::make_unique<httplib::Client>("127.0.0.1", port)} {
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(true);
  client_->set_url_encode(false);
  client_->set_connection_timeout(timeout);
  client_->set_read_timeout(timeout);
  client_->set_write_timeout(timeout);
}

api_client::~api_client() = default;
api_client::api_client(api_client&&) noexcept = default;
api_client& api_client::operator=(api_client&&) noexcept = default;

http_reply exchange(httplib::Client& by, const std::string& method, const std::string& target,
                    const header_list& headers, const std::string& body) {
  httplib::Request request;
  request.method = method;
  request.path = target;
  request.body = body;
  for (const auto& [name, value] : headers)
    request.headers.emplace(name, value);
  const auto outcome = by.send(request);
  http_reply reply;
  if (!outcome) {
    ADD_FAILURE() << method << ' ' << target << ": no reply: " << to_string(outcome.error());
    return reply;
  }
  reply.status = outcome->status;
  reply.headers.assign(outcome->headers.begin(), outcome->headers.end());
  reply.body = outcome->body;
  return reply;
}

http_reply api_client::send(const std::string& method, const std::string& target,
                            const header_list& headers, const std::string& body) {
  header_list all = headers;
  if (!access_token_.empty()) all.emplace_back("Authorization", "Bearer " + access_token_);
  http_reply reply = exchange(*client_, method, target, all, body);
  if (reply.status != 0) expect_documented(method, target, reply);
  return reply;
}

} // namespace maque::test

#pragma once

#include "support/http_reply.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace httplib {
class Client;
}

namespace maque::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// One request and its reply, which has status 0 if there is none: then the test has failed.
/// @param target as it goes over the wire, percent-encoded.
http_reply exchange(httplib::Client& by, const std::string& method, const std::string& target,
                    const header_list& headers, const std::string& body = {});

/// A client with one keep-alive connection, for the use of one thread. Each reply is held against
/// docs/openapi.yaml; one that is not documented fails the test.
class api_client {
public:
  explicit api_client(std::uint16_t port);
  ~api_client();
  api_client(api_client&&) noexcept;
  api_client& operator=(api_client&&) noexcept;

  /// From now on each request has this access token; none if it is empty.
  void use_token(std::string access_token) { access_token_ = std::move(access_token); }

  /// @param target as it goes over the wire, percent-encoded.
  http_reply send(const std::string& method, const std::string& target, const header_list& headers,
                  const std::string& body = {});

  http_reply get(const std::string& target, const header_list& headers = {}) {
    return send("GET", target, headers);
  }
  http_reply post(const std::string& target, const nlohmann::json& body) {
    return send("POST", target, {json_body}, body.dump());
  }
  http_reply put(const std::string& target, const nlohmann::json& body) {
    return send("PUT", target, {json_body}, body.dump());
  }
  http_reply patch(const std::string& target, const nlohmann::json& body) {
    return send("PATCH", target, {json_body}, body.dump());
  }

  static inline const std::pair<std::string, std::string> json_body{"Content-Type",
                                                                    "application/json"};

private:
  std::unique_ptr<httplib::Client> client_;
  std::string access_token_;
};

} // namespace maque::test

#pragma once

#include "raw_server.hpp"
#include "support/patience.hpp"
#include "wechat/transport.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace maque::wechat::test {

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers every request of a connection with `body`.
inline raw_server::session answering(std::string body) {
  return [body = std::move(body)](raw_connection& peer) {
    while (peer.read_header())
      peer.send(ok(body));
  };
}

inline steady_time in(steady_time::duration span) {
  return std::chrono::steady_clock::now() + span;
}

inline result<reply> get(transport& via, const std::string& target = "/") {
  return via.get(target, in(maque::test::patience));
}

} // namespace maque::wechat::test

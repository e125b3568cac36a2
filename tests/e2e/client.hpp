#pragma once

#include "support/patience.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace maque::test {

struct response {
  int status = 0;
  std::map<std::string, std::string> fields; ///< By their names in lower case.
  std::string body;

  nlohmann::json json() const { return nlohmann::json::parse(body); }
  /// The server has announced that it serves no more on this connection.
  bool closes() const;
};

/// One connection to a server on 127.0.0.1, as bytes.
class client_connection {
public:
  explicit client_connection(std::uint16_t port);
  ~client_connection();
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;

  /// False if the server has closed.
  bool send(std::string_view bytes) const;

  /// The next response; nothing if the connection ends before it is complete.
  std::optional<response> receive();

  /// True if the server closes without another byte.
  bool is_closed_by_server();

private:
  /// Waits for more bytes. False if the connection ended.
  bool read_more();
  bool read_until(std::string_view mark);

  int socket_ = -1;
  std::string input_;
};

struct request {
  std::string method;
  std::string path;
  std::string token; ///< Empty: none.
  std::string body;  ///< JSON; empty: none.
};

std::string serialise(const request& asked);

/// Asks on a connection of its own. Throws if there is no answer.
response ask(std::uint16_t port, const request& asked);

} // namespace maque::test

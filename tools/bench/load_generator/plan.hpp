#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace maque::bench {

using steady_time = std::chrono::steady_clock::time_point;

/// A request as it is sent, and a text that has to be in the body of its answer; empty: any body
/// will do. Ten "#" in either are replaced by a number that no other request has. A run of "@" in
/// the request is replaced by the refresh token that the connection was given last, which has as
/// many characters.
struct prepared_request {
  std::string text;
  std::string expected;
  std::size_t number_at = std::string::npos;   ///< Of the ten "#" in `text`.
  std::size_t expected_at = std::string::npos; ///< The same in `expected`.
  std::size_t token_at = std::string::npos;
  std::size_t token_size = 0;
};

/// Requests that are drawn from by chance, all alike.
struct request_kind {
  std::string name;
  double weight = 1;
  int status = 200;
  std::vector<prepared_request> requests;
};

struct load_plan {
  std::uint16_t port = 0;
  std::size_t connections = 64;
  std::size_t threads = 2;
  /// Requests a second; 0: closed loop, each connection sends its next request when it has an
  /// answer.
  double rate = 0;
  std::chrono::duration<double> warm_up{1};
  std::chrono::duration<double> measured{5};
  /// Sent once on every connection before all else, and not measured.
  std::vector<prepared_request> setup;
  std::vector<request_kind> kinds;
};

/// Reads the plan, JSON, and the files with requests that it names: records that end with 0x1E,
/// each a request and, after 0x1F, the expected text. Throws std::runtime_error.
load_plan read_plan(const std::string& file);

} // namespace maque::bench

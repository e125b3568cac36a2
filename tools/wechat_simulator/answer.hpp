#pragma once

#include "wechat/transport.hpp"

#include <chrono>
#include <cstdint>

namespace maque::wechat_simulator {

/// How an answer goes over the wire.
enum class delivery : std::uint8_t {
  whole,
  drip,  ///< The header at once, then the body byte by byte.
  cut,   ///< The whole header, half of the body, then the connection ends.
  close, ///< The connection ends without an answer.
  hang,  ///< Nothing comes; the connection stays open.
};

/// What is answered to a request, when, and how.
struct answer {
  wechat::reply reply;
  std::chrono::milliseconds latency{0}; ///< Until the first byte.
  delivery how = delivery::whole;
};

} // namespace maque::wechat_simulator

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace maque::bench {

struct response {
  int status = 0;
  bool keeps_alive = true;
  std::string_view body; ///< Of the bytes that were given, or of `joined`.
  std::size_t size = 0;  ///< How many of them the response is.
};

/// Reads the response that `bytes` begin with; none if its end is missing. Throws
/// std::runtime_error if it is none. @param joined where the parts of a chunked body are put
/// together
std::optional<response> read_response(std::string_view bytes, std::string& joined);

} // namespace maque::bench

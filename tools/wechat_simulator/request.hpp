#pragma once

#include <map>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// One HTTP request, taken apart.
struct request {
  std::string_view method;
  std::string_view path;
  /// Decoded; of a repeated parameter the first.
  std::map<std::string, std::string, std::less<>> parameters;
  std::string_view body;

  /// Empty if it is absent: WeChat makes no difference between the two.
  std::string_view parameter(std::string_view name) const;
};

/// The result refers to `method`, `target` and `body`.
request parse_request(std::string_view method, std::string_view target, std::string_view body);

} // namespace maque::wechat_simulator

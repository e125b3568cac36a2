#pragma once

#include "http/exchange.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace maque::http {

enum class cors_policy : std::uint8_t { off, list, any };

/// Cross-origin resource sharing (the Fetch standard, section 3.2). No cookies are used, so
/// credentials are never allowed.
class cors {
public:
  cors(cors_policy policy, std::vector<std::string> origins)
      : policy_{policy}, origins_{std::move(origins)} {}

  /// Adds what lets a page of the request's origin read the response, if the policy allows it.
  void decorate(exchange& answered) const;

  /// Adds what a preflight asks for: the methods of `allow` and our request headers.
  void decorate_preflight(exchange& asked, std::string_view allow) const;

private:
  bool allows(std::string_view origin) const;

  cors_policy policy_;
  std::vector<std::string> origins_;
};

} // namespace maque::http

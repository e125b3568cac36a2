#pragma once

#include "domain/api_key.hpp"
#include "http/exchange.hpp"
#include "http/request.hpp"
#include "http/route_meter.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace maque::http {

class handler_context;

/// Answers an exchange, at once or later.
using handler = void (*)(handler_context&, const exchange_ptr&);

enum class access : std::uint8_t {
  anyone,
  signed_in,
  service, ///< Who comes with an API key of the route's scope, or is signed in as an operator.
  admin,   ///< An operator, on his own listener: see http/admin_gate.hpp.
  admin_or_local, ///< The same, and whoever asks from this machine.
};

/// Whether the access log may leave a request out: not one that says who came and went.
enum class logged : std::uint8_t { sampled, always };

struct route {
  method verb;
  /// "/api/config/{key}": a segment in braces matches any one segment that isn't empty.
  std::string_view pattern;
  access who;
  handler serve;
  logged how = logged::sampled;
  api_scope scope = api_scope::wechat_messages; ///< Matters only where `who` is access::service.
};

/// Finds the route of a request. Literal paths are one hash look-up; patterns with parameters are
/// compared segment by segment.
class router {
public:
  /// HEAD is added to each GET, OPTIONS to every path. Throws std::logic_error if two routes are
  /// the same.
  explicit router(std::vector<route> routes);

  enum class verdict : std::uint8_t { found, options, no_such_path, no_such_method };

  struct match {
    verdict outcome = verdict::no_such_path;
    const route* found = nullptr;
    /// What the path allows, for the Allow header; empty if there is no such path.
    std::string_view allow;
  };

  /// @param parameters gets the decoded path parameters.
  match find(method verb, std::string_view path, std::vector<std::string>& parameters) const;

  /// The place of a route that find() has found, or the number of routes if it found none.
  std::size_t index_of(const route* found) const noexcept {
    return found == nullptr ? routes_.size() : static_cast<std::size_t>(found - routes_.data());
  }
  /// In the order of index_of().
  std::vector<route_label> labels() const;

private:
  struct resource {
    std::array<const route*, static_cast<std::size_t>(method::unknown)> by_method{};
    std::string allow;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  resource& resource_of(std::string_view pattern);
  const resource* find_resource(std::string_view path, std::vector<std::string>& parameters) const;

  std::vector<route> routes_;
  std::unordered_map<std::string, resource, text_hash, std::equal_to<>> literals_;
  std::vector<std::pair<std::string_view, resource>> patterns_;
};

} // namespace maque::http

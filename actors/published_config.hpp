#pragma once

#include "domain/storage.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque {

/// Who asks for the configuration.
struct config_audience {
  std::string_view appid;
  std::optional<user_id> user; ///< Nothing: somebody who is not logged in.
};

/// The published configuration, ready to be served: made once a version, shared by all who read it.
/// What clients get of it depends on who they are as far as values are targeted.
struct published_config {
  struct value {
    std::string json;
    /// Weak (RFC 9110, section 8.8.3): a version never comes back with other values, but every
    /// response has a trace id of its own. Another one for each variant of a version.
    std::string etag;
  };

  /// A key that clients may see, or some of them.
  struct part {
    std::string key;
    value chosen; ///< For all, or those whom the targeting names.
    std::optional<config_targeting> targeting{};
    std::optional<value> otherwise{}; ///< For the others; nothing: there is no such key.

    bool depends_on_user() const noexcept;
    /// Null if for them there is no such key.
    const value* for_whom(const config_audience& audience) const noexcept;
  };

  std::uint64_t version = 0;
  std::vector<part> parts; ///< In ascending order of key.
  bool is_targeted = false;
  bool depends_on_user = false;
  /// All of it, {"version":…,"values":{…}}; if it is targeted, use variant_for() and render().
  value whole;
  /// The server's own settings, "settings.SECTION.KEY" with serialised JSON: for live_settings.hpp.
  std::map<std::string, std::string, std::less<>> settings;

  const part* find(std::string_view key) const noexcept;

  /// Which of the targeted values are for somebody, as hexadecimal digits: who has the same ones
  /// gets the same bytes.
  std::string variant_for(const config_audience& audience) const;
  /// All that those get who have this variant.
  value render(std::string_view variant) const;
};

using shared_config = std::shared_ptr<const published_config>;

shared_config publish(const config_snapshot& snapshot);

} // namespace maque

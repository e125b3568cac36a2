#pragma once

#include "wechat_simulator/endpoints.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace maque::wechat_simulator {

/// WeChat says no.
struct injected_errcode {
  int errcode = -1;
};

/// Whatever stands in front of WeChat answers, with a page of its own.
struct injected_status {
  int status = 500;
};

/// The network is broken: "html", "empty", "truncated", "drip", "cut", "close", "hang", or a KIND
/// of make_fault().
struct injected_fault {
  std::string kind;
};

/// Whether there is such a kind.
bool is_fault(std::string_view kind) noexcept;

using injected = std::variant<injected_errcode, injected_status, injected_fault>;

/// What goes wrong, and how often.
struct injection {
  injected what;
  std::int64_t calls = -1; ///< For so many calls; negative: until it is taken away.
  double rate = 1;         ///< For this share of them, 0 to 1, by chance.
};

/// What a call meets.
struct mishap {
  std::chrono::milliseconds latency{0};
  std::optional<injected> what{};
};

/// How slow WeChat is, and what is out of order. Thread-safe.
class injections {
public:
  /// For one endpoint, or without one for all that have no latency of their own: `fixed`, and by
  /// chance up to `jitter` more.
  void set_latency(std::optional<endpoint> which, std::chrono::milliseconds fixed,
                   std::chrono::milliseconds jitter);

  /// For one endpoint, or without one for all. Behind those that are there already: a call meets
  /// the first that applies. False if there are too many.
  bool add(std::optional<endpoint> which, injection added);

  /// What the next call of an endpoint, or of nothing that we know, meets. Counts it.
  mishap draw(std::optional<endpoint> which);

  /// Nothing is out of order any more; what is slow stays so.
  void clear_errors();

  /// Nothing is slow or out of order any more.
  void reset();

private:
  struct slowness {
    std::chrono::milliseconds fixed{0};
    std::chrono::milliseconds jitter{0};
  };
  struct placed {
    std::optional<endpoint> which;
    injection rule;
  };

  static constexpr std::size_t capacity = 256;

  std::chrono::milliseconds draw_latency(std::optional<endpoint> which) const;

  std::atomic<bool> any_{false};
  std::mutex mutex_;
  slowness usual_;
  std::array<std::optional<slowness>, endpoint_forms.size()> slow_;
  std::vector<placed> rules_;
};

} // namespace maque::wechat_simulator

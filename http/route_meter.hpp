#pragma once

#include "http/request_times.hpp"
#include "telemetry/latency_histogram.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace maque::http {

/// A route, as it is shown. Both texts are literals.
struct route_label {
  std::string_view method;
  std::string_view pattern;
};

/// What became of the requests of one route since the server started, in one lane or in several.
struct route_reading {
  /// "-" and "-": what no route was found for, and what could not be read.
  route_label route;
  std::uint64_t count = 0;
  /// By the first digit of the status.
  std::array<std::uint64_t, 6> statuses{};
  latency_histogram::snapshot whole;
  /// Of one request in route_meter::sample_every; in the order of stage_names. Of `database` and
  /// `upstream` only those are counted that asked.
  std::array<latency_histogram::snapshot, stage_count> stages;

  /// Adds another lane's reading of the same route.
  void merge(const route_reading& other) noexcept;
};

/// Counts the requests of a lane by route: all of them, with the time of each; the stages are those
/// of a part. Memory is taken for the routes that were asked for, 20 KB each. Written by the lane's
/// thread, read by any.
class route_meter {
public:
  /// The first so many requests of a route have all their stages counted, then one in sample_every.
  static constexpr std::uint64_t counted_first = 256;
  static constexpr std::uint64_t sample_every = 8;

  /// @param routes in the order of the indices that record() gets; they outlive the meter.
  explicit route_meter(std::vector<route_label> routes);
  ~route_meter();
  route_meter(const route_meter&) = delete;
  route_meter& operator=(const route_meter&) = delete;

  /// @param route an index; the number of routes for none of them.
  void record(std::size_t route, int status, const request_times& times) noexcept;

  /// The routes that have had a request, in their order; none of them last.
  std::vector<route_reading> read() const;

private:
  struct entry;

  entry* entry_of(std::size_t route) noexcept;

  std::vector<route_label> routes_;
  std::vector<std::atomic<entry*>> entries_; ///< One more than routes; null until asked for.
};

} // namespace maque::http

#pragma once

#include "actors/actor_meter.hpp"
#include "actors/latency_summary.hpp"
#include "actors/reading_window.hpp"
#include "domain/errors.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque {

/// Where the actors of a report live, as long as there is one node alone.
inline constexpr std::string_view local_node = "local";

/// The actors of one type in one lane, such as the workers of a pool, taken together.
struct actor_row {
  std::string type;
  std::uint32_t lane = 0;
  std::uint64_t alive = 0;
  std::uint64_t received = 0;
  std::uint64_t processed = 0;
  std::uint64_t failed = 0;
  std::uint64_t mailbox = 0;
  std::uint64_t mailbox_max = 0; ///< Of the fullest one.
  double per_second = 0;         ///< Processed.
  latency_summary waiting;
  latency_summary working;
  std::uint64_t restarts = 0;
  std::optional<last_error::reading> last_failure; ///< The newest one.
};

/// What is asked for: both as they were typed, empty for the default.
struct actor_query {
  std::string sort; ///< A field, with "-" before it for the largest first.
  std::string type; ///< Of this type only.
};

/// The rows of all types, or of one, by type and lane.
std::vector<actor_row> gather_actors(const std::vector<const actor_meter*>& meters,
                                     std::string_view type, reading_rates& rates, steady_time now);

/// Fails with invalid_field if there is no such field to sort by; the hint lists them.
result<void> sort_actors(std::vector<actor_row>& rows, std::string_view by);

nlohmann::json to_json(const actor_row& row);

/// Columns of text, a line for each row, times in readable units. Control characters of errors are
/// shown as "?".
std::string to_table(const std::vector<actor_row>& rows);

/// The kinds of messages that the actors of a type get, most frequent first, at most `limit`:
/// [{"type","count","working":latency}]. Counts are scaled up from those that were sampled.
nlohmann::json gather_messages(const std::vector<const actor_meter*>& meters, std::string_view type,
                               std::size_t limit);

} // namespace maque

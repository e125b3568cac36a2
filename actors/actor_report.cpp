#include "actors/actor_report.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

namespace maque {

namespace {

struct actor_sum {
  actor_row row;
  latency_histogram::snapshot waiting;
  latency_histogram::snapshot working;
};

void add_reading(actor_sum& to, actor_meter::reading&& read) {
  actor_row& row = to.row;
  row.type = std::move(read.type);
  row.lane = read.lane;
  row.alive += read.alive;
  row.received += read.received;
  row.processed += read.processed;
  row.failed += read.failed;
  row.mailbox += read.mailbox_now;
  row.mailbox_max = std::max(row.mailbox_max, read.mailbox_max);
  row.restarts += read.restarts;
  if (read.last_failure && (!row.last_failure || row.last_failure->at <= read.last_failure->at))
    row.last_failure = std::move(read.last_failure);
  to.waiting.merge(read.waiting);
  to.working.merge(read.working);
}

struct sort_field {
  std::string_view name;
  bool (*less)(const actor_row&, const actor_row&);
};

template <auto Field>
bool less_by(const actor_row& left, const actor_row& right) {
  return std::invoke(Field, left) < std::invoke(Field, right);
}

constexpr std::array sort_fields{
    sort_field{"type", less_by<&actor_row::type>},
    sort_field{"lane", less_by<&actor_row::lane>},
    sort_field{"received", less_by<&actor_row::received>},
    sort_field{"processed", less_by<&actor_row::processed>},
    sort_field{"failed", less_by<&actor_row::failed>},
    sort_field{"mailbox", less_by<&actor_row::mailbox>},
    sort_field{"mailbox_max", less_by<&actor_row::mailbox_max>},
    sort_field{"per_second", less_by<&actor_row::per_second>},
    sort_field{"waiting_p99",
               [](const actor_row& left, const actor_row& right) {
                 return left.waiting.p99 < right.waiting.p99;
               }},
    sort_field{"working_p99",
               [](const actor_row& left, const actor_row& right) {
                 return left.working.p99 < right.working.p99;
               }},
    sort_field{"restarts", less_by<&actor_row::restarts>},
};

std::string unknown_sort_field() {
  std::string hint = "sort: one of";
  for (const sort_field& each : sort_fields)
    hint.append(&each == sort_fields.data() ? " " : ", ").append(each.name);
  return hint + "; with \"-\" before it the largest come first";
}

struct message_sum {
  std::uint64_t count = 0;
  latency_histogram::snapshot working;
};

} // namespace

std::vector<actor_row> gather_actors(const std::vector<const actor_meter*>& meters,
                                     std::string_view type, reading_rates& rates, steady_time now) {
  std::map<std::pair<std::string, std::uint32_t>, actor_sum> sums;
  for (const actor_meter* const meter : meters) {
    if (!type.empty() && meter->type() != type) continue;
    auto read = meter->read();
    actor_sum& sum = sums[{read.type, read.lane}];
    add_reading(sum, std::move(read));
  }
  std::vector<actor_row> rows;
  rows.reserve(sums.size());
  for (auto& [who, sum] : sums) {
    actor_row& row = rows.emplace_back(std::move(sum.row));
    row.waiting = summarise(sum.waiting);
    row.working = summarise(sum.working);
    row.per_second = rates.per_second("actor/" + who.first + "/" + std::to_string(who.second),
                                      row.processed, now);
  }
  return rows;
}

result<void> sort_actors(std::vector<actor_row>& rows, std::string_view by) {
  if (by.empty()) return {};
  const bool largest_first = by.front() == '-';
  if (largest_first) by.remove_prefix(1);
  const auto field = std::ranges::find(sort_fields, by, &sort_field::name);
  if (field == sort_fields.end()) return fail(errc::invalid_field, unknown_sort_field());
  // Those that are equal stay by type and lane.
  std::ranges::stable_sort(rows, [&](const actor_row& left, const actor_row& right) {
    return largest_first ? field->less(right, left) : field->less(left, right);
  });
  return {};
}

nlohmann::json to_json(const actor_row& row) {
  nlohmann::json last = nullptr;
  if (row.last_failure)
    last = {{"at", to_rfc3339(row.last_failure->at)}, {"message", row.last_failure->text}};
  return {{"type", row.type},
          {"lane", row.lane},
          {"node", local_node},
          {"alive", row.alive},
          {"received", row.received},
          {"processed", row.processed},
          {"failed", row.failed},
          {"mailbox", row.mailbox},
          {"mailbox_max", row.mailbox_max},
          {"per_second", rounded(row.per_second)},
          {"waiting", to_json(row.waiting)},
          {"working", to_json(row.working)},
          {"restarts", row.restarts},
          {"last_error", std::move(last)}};
}

nlohmann::json gather_messages(const std::vector<const actor_meter*>& meters, std::string_view type,
                               std::size_t limit) {
  std::map<std::string, message_sum> sums;
  for (const actor_meter* const meter : meters) {
    if (meter->type() != type) continue;
    for (auto& read : meter->read_messages()) {
      message_sum& sum = sums[read.kind];
      sum.count += read.working.total * meter->sample_every();
      sum.working.merge(read.working);
    }
  }
  std::vector<std::pair<const std::string, message_sum>*> order;
  order.reserve(sums.size());
  for (auto& each : sums)
    order.push_back(&each);
  std::ranges::stable_sort(order, std::greater{},
                           [](const auto* each) { return each->second.count; });
  order.resize(std::min(order.size(), limit));
  nlohmann::json made = nlohmann::json::array();
  for (const auto* const each : order)
    made.push_back({{"type", each->first},
                    {"count", each->second.count},
                    {"working", to_json(each->second.working)}});
  return made;
}

} // namespace maque

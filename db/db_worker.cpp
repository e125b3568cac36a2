#include "db/db_worker.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

namespace maque::db {

namespace {

/// Turns the result of one call into that of a request.
template <class T>
result<read_outcome> outcome_of(result<T> value) {
  if (!value) return tl::unexpected{std::move(value.error())};
  return read_outcome{std::in_place_type<T>, std::move(*value)};
}

result<std::optional<config_snapshot>> load_if_newer(store& source, std::uint64_t known_version) {
  const auto version = source.config_version();
  if (!version) return tl::unexpected{version.error()};
  if (*version <= known_version) return std::optional<config_snapshot>{};
  auto snapshot = source.load_config();
  if (!snapshot) return tl::unexpected{std::move(snapshot.error())};
  return std::optional<config_snapshot>{std::move(*snapshot)};
}

/// One after another, each would run into the same timeout.
error not_tried() {
  return {errc::database_unavailable, {}, "the database did not answer before", {}};
}

/// The requests of one kind, looked up together by their keys; their outcomes go to where they
/// stood.
template <class Query, class KeyOf, class Find>
void run_lookups(const std::vector<read_request>& requests, std::vector<result<read_outcome>>& out,
                 bool& usable, KeyOf key_of, Find find) {
  std::vector<std::decay_t<std::invoke_result_t<KeyOf, const Query&>>> keys;
  std::vector<std::size_t> positions;
  for (std::size_t index = 0; index < requests.size(); ++index) {
    const auto* const query = std::get_if<Query>(&requests[index]);
    if (query == nullptr) continue;
    keys.push_back(std::invoke(key_of, *query));
    positions.push_back(index);
  }
  if (keys.empty()) return;
  auto found = usable ? find(keys) : tl::unexpected{not_tried()};
  usable = found || found.error().code != errc::database_unavailable;
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (found)
      out[positions[index]] = read_outcome{std::move((*found)[index])};
    else
      out[positions[index]] = tl::unexpected{found.error()};
  }
}

/// The pages; one that several ask for, as the first one mostly is, is read once.
result<std::vector<profile_page>> list_once(store& source,
                                            const std::vector<user_page_query>& wanted) {
  std::vector<user_page_query> distinct;
  std::vector<std::size_t> places;
  for (const user_page_query& query : wanted) {
    const auto known = std::ranges::find(distinct, query);
    places.push_back(static_cast<std::size_t>(known - distinct.begin()));
    if (known == distinct.end()) distinct.push_back(query);
  }
  return source.list_users(distinct).map([&](const std::vector<profile_page>& pages) {
    std::vector<profile_page> answers;
    answers.reserve(places.size());
    for (const std::size_t place : places)
      answers.push_back(pages.at(place));
    return answers;
  });
}

/// Whether run_lookups() is for it.
bool is_lookup(const read_request& request) {
  return std::visit(
      []<class Request>(const Request&) {
        return std::is_same_v<Request, find_user> || std::is_same_v<Request, find_session> ||
               std::is_same_v<Request, find_session_key> ||
               std::is_same_v<Request, find_bound_phone> || std::is_same_v<Request, find_api_key> ||
               std::is_same_v<Request, user_page_query>;
      },
      request);
}

/// Whether a batch went as if there were a database.
template <class Outcome>
bool is_usable(const std::vector<result<Outcome>>& outcomes) {
  return std::ranges::none_of(outcomes, [](const result<Outcome>& each) {
    return !each && each.error().code == errc::database_unavailable;
  });
}

} // namespace

std::vector<result<read_outcome>> run_reads(store& source,
                                            const std::vector<read_request>& requests) {
  std::vector<result<read_outcome>> outcomes(requests.size());
  bool usable = true;
  run_lookups<find_user>(requests, outcomes, usable, &find_user::id,
                         [&source](const auto& ids) { return source.find_users(ids); });
  run_lookups<find_session>(requests, outcomes, usable, &find_session::id,
                            [&source](const auto& ids) { return source.find_sessions(ids); });
  run_lookups<find_session_key>(
      requests, outcomes, usable, std::identity{},
      [&source](const auto& wanted) { return source.find_session_keys(wanted); });
  run_lookups<find_bound_phone>(
      requests, outcomes, usable, std::identity{},
      [&source](const auto& wanted) { return source.find_bound_phones(wanted); });
  run_lookups<find_api_key>(requests, outcomes, usable, std::identity{},
                            [&source](const auto& wanted) { return source.find_api_keys(wanted); });
  run_lookups<user_page_query>(requests, outcomes, usable, std::identity{},
                               [&source](const auto& wanted) { return list_once(source, wanted); });
  for (std::size_t index = 0; index < requests.size(); ++index) {
    const read_request& request = requests[index];
    if (is_lookup(request)) continue;
    if (!usable) {
      outcomes[index] = tl::unexpected{not_tried()};
      continue;
    }
    if (const auto* const ended = std::get_if<list_ended_sessions>(&request))
      outcomes[index] = outcome_of(source.sessions_ended_since(ended->since));
    else if (const auto* const config = std::get_if<load_config>(&request))
      outcomes[index] = outcome_of(load_if_newer(source, config->known_version));
    else if (const auto* const sessions = std::get_if<list_sessions>(&request))
      outcomes[index] = outcome_of(source.list_sessions(sessions->user));
    else if (const auto* const audit = std::get_if<audit_page_query>(&request))
      outcomes[index] = outcome_of(source.list_audit(*audit));
    else if (const auto* const open = std::get_if<session_page_query>(&request))
      outcomes[index] = outcome_of(source.list_open_sessions(*open));
    else if (const auto* const search = std::get_if<account_search>(&request))
      outcomes[index] = outcome_of(source.search_accounts(*search));
    else if (std::holds_alternative<list_config_items>(request))
      outcomes[index] = outcome_of(source.list_config_items());
    else if (const auto* const item = std::get_if<find_config_item>(&request))
      outcomes[index] = outcome_of(source.find_config_item(item->key));
    else if (const auto* const history = std::get_if<list_config_history>(&request))
      outcomes[index] = outcome_of(source.config_history_of(*history));
    usable = outcomes[index] || outcomes[index].error().code != errc::database_unavailable;
  }
  return outcomes;
}

worker_actor::behavior_type worker_state::make_behavior() {
  return {
      [this](const read_batch& work) -> caf::result<batch_done> {
        if (const auto source = connection_.get(work->deadline))
          work->outcomes = run_reads(**source, work->requests);
        else
          work->outcomes.assign(work->requests.size(), tl::unexpected{source.error()});
        return batch_done{is_usable(work->outcomes), connection_.link()};
      },
      [this](const write_batch& work) -> caf::result<batch_done> {
        if (const auto target = connection_.get(work->deadline))
          work->outcomes = (*target)->apply(work->requests);
        else
          work->outcomes.assign(work->requests.size(), tl::unexpected{target.error()});
        return batch_done{is_usable(work->outcomes), connection_.link()};
      },
      [this](check_connection) -> caf::result<batch_done> {
        const auto source = connection_.get();
        const bool usable = source && (*source)->check().has_value();
        return batch_done{usable, connection_.link()};
      },
  };
}

writer_actor::behavior_type writer_state::make_behavior() {
  return {
      [this](const write_batch& work) -> caf::result<batch_done> {
        auto waiting = self_->make_response_promise<batch_done>();
        // The commit's message queues behind every batch that is already in the mailbox.
        if (gathered_.empty()) self_->send(self_, commit_gathered{});
        gathered_.push_back({work, waiting});
        return waiting;
      },
      [this](commit_gathered) { commit(); },
  };
}

void writer_state::commit() {
  std::vector<gathered> together = std::exchange(gathered_, {});
  std::vector<write_request> requests;
  steady_time deadline = steady_time::min();
  for (const gathered& part : together) {
    requests.insert(requests.end(), std::make_move_iterator(part.work->requests.begin()),
                    std::make_move_iterator(part.work->requests.end()));
    deadline = std::max(deadline, part.work->deadline);
  }

  std::vector<result<write_outcome>> outcomes;
  try {
    if (const auto target = connection_.get(deadline))
      outcomes = (*target)->apply(requests);
    else
      outcomes.assign(requests.size(), tl::unexpected{target.error()});
  } catch (...) {
    // These promises are known nowhere else, and CAF doesn't break them when they are dropped.
    for (gathered& part : together)
      part.waiting.deliver(caf::make_error(caf::sec::runtime_error, "the commit threw"));
    throw;
  }

  auto next = std::make_move_iterator(outcomes.begin());
  for (gathered& part : together) {
    const auto size = static_cast<std::ptrdiff_t>(part.work->requests.size());
    part.work->outcomes.assign(next, next + size);
    next += size;
    part.waiting.deliver(batch_done{});
  }
}

} // namespace maque::db

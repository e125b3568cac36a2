#include "actors/config.hpp"

#include "actors/answer.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace maque {

namespace {

/// How long a look for a new version may take.
constexpr std::chrono::seconds look_timeout{5};

/// A weak entity tag (RFC 9110, section 8.8.3): a version never comes back with other values, but
/// every response has a trace id of its own.
std::string etag_of(std::uint64_t version) {
  return "W/\"v" + std::to_string(version) + "\"";
}

} // namespace

shared_config publish(const config_snapshot& snapshot) {
  auto made = std::make_shared<published_config>();
  made->version = snapshot.version;
  made->whole.etag = etag_of(snapshot.version);
  std::string values;
  for (const config_entry& entry : snapshot.entries) {
    if (!values.empty()) values += ',';
    values += nlohmann::json(entry.key).dump();
    values += ':';
    values += entry.json;
    made->by_key.emplace_back(entry.key, published_config::value{entry.json, made->whole.etag});
  }
  made->whole.json =
      "{\"version\":" + std::to_string(snapshot.version) + ",\"values\":{" + values + "}}";
  return made;
}

config_state::~config_state() {
  for (auto& waiting : waiting_)
    abandon(self_, waiting);
}

config_actor::behavior_type config_state::make_behavior() {
  return {
      [this](const request_context& request, find_config) -> caf::result<shared_config> {
        if (current_) return current_;
        auto waiting = self_->make_response_promise<shared_config>();
        waiting_.push_back(waiting);
        look_for_newer(request);
        return waiting;
      },
      [this](const load_config&) {
        look_for_newer(
            request_context{trace_id{}, std::chrono::steady_clock::now() + look_timeout});
      },
  };
}

void config_state::look_for_newer(const request_context& request) {
  if (looking_) return;
  looking_ = true;
  const std::uint64_t known = current_ ? current_->version : 0;
  self_->request(context_.database, caf::infinite, request, load_config{known})
      .then(
          [this](const std::optional<config_snapshot>& newer) {
            looking_ = false;
            if (newer) current_ = publish(*newer);
            if (!current_) current_ = publish(config_snapshot{});
            answer_waiting({});
          },
          [this](const caf::error& cause) {
            looking_ = false;
            answer_waiting(cause);
          });
}

void config_state::answer_waiting(const std::optional<caf::error>& failure) {
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (failure)
      refuse(self_, waiting, *failure);
    else
      waiting.deliver(current_);
  }
}

} // namespace maque

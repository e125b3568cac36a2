#include "actors/config_watcher.hpp"

#include "actors/answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace maque {

namespace {

/// How long a look for a new version may take.
constexpr std::chrono::seconds config_look_timeout{5};

} // namespace

config_watcher_state::config_watcher_state(actor_of<config_watcher_actor> self,
                                           lane_context& context, announcement announce,
                                           backoff::policy pauses)
    : self_{self}, context_{context}, announce_{std::move(announce)}, pauses_{pauses, 1} {}

config_watcher_state::~config_watcher_state() {
  for (question& each : questions_)
    abandon(self_, each.waiting);
}

config_watcher_actor::behavior_type config_watcher_state::make_behavior() {
  return {
      [this](look_for_config) {
        if (!looking_ && std::chrono::steady_clock::now() >= next_look_) look();
      },
      [this](const request_context&, put_config_in_force) -> caf::result<config_in_force> {
        auto waiting = self_->make_response_promise<config_in_force>();
        // What is under way may have begun before the publication.
        questions_.push_back({waiting, looks_ + 1});
        if (!looking_) look();
        return waiting;
      },
      [this](config_applied applied) {
        in_force_ = std::max(in_force_, applied.version);
        any_in_force_ = true;
        answer_those_in_force();
      },
  };
}

void config_watcher_state::look() {
  looking_ = true;
  ++looks_;
  const request_context request{trace_id{}, std::chrono::steady_clock::now() + config_look_timeout};
  const std::uint64_t known = current_ ? current_->version : 0;
  self_->request(context_.database, caf::infinite, request, load_config{known})
      .then([this](const std::optional<config_snapshot>& newer) { take(newer); },
            [this](const caf::error& cause) { fail(cause); });
}

void config_watcher_state::take(const std::optional<config_snapshot>& newer) {
  if (std::exchange(failures_, 0) > 0) context_.log.info("the configuration can be read again");
  if (newer && (!current_ || newer->version > current_->version))
    announce(publish(*newer));
  else if (!current_)
    announce(publish(config_snapshot{}));
  for (question& each : questions_) {
    if (each.looked || each.look > looks_) continue;
    each.looked = true;
    each.version = current_->version;
  }
  answer_those_in_force();
  end_look();
}

void config_watcher_state::fail(const caf::error& cause) {
  next_look_ = std::chrono::steady_clock::now() + pauses_.pause_after(++failures_);
  if (failures_ == 1) {
    const error reason = from_caf(cause);
    context_.log.warn("the configuration can't be read, what is known is served",
                      {{"cause", std::string_view{reason.cause}}});
  }
  std::erase_if(questions_, [this, &cause](const question& each) {
    if (each.looked || each.look > looks_) return false;
    auto waiting = each.waiting;
    refuse(self_, waiting, cause);
    return true;
  });
  end_look();
}

/// Somebody may have asked since it began.
void config_watcher_state::end_look() {
  looking_ = false;
  if (std::ranges::any_of(questions_, [](const question& each) { return !each.looked; })) look();
}

void config_watcher_state::announce(shared_config newer) {
  current_ = std::move(newer);
  // When the last lane has let go of it, all of them serve this version. The actor may have ended
  // by then, and must not be kept by this.
  const auto watcher = caf::actor_cast<caf::weak_actor_ptr>(self_->ctrl());
  const std::uint64_t version = current_->version;
  announce_(current_,
            std::shared_ptr<void>{nullptr, [watcher, version](void*) {
                                    if (const auto alive =
                                            caf::actor_cast<config_watcher_actor>(watcher.lock()))
                                      caf::anon_send(alive, config_applied{version});
                                  }});
}

void config_watcher_state::answer_those_in_force() {
  if (!any_in_force_) return;
  std::erase_if(questions_, [this](const question& each) {
    if (!each.looked || each.version > in_force_) return false;
    auto waiting = each.waiting;
    waiting.deliver(config_in_force{in_force_});
    return true;
  });
}

} // namespace maque

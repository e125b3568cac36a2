#pragma once

#include "actors/actor_meter.hpp"
#include "actors/lane.hpp"
#include "actors/message_kind.hpp"
#include "actors/protocol.hpp"
#include "domain/metering.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace maque {

/// An actor whose messages are counted and timed. A handler that throws ends the actor, as always
/// in CAF, but whoever waits for the answer to that message hears of it at once.
template <class Handle>
class metered_actor : public Handle::base {
public:
  using super = typename Handle::base;

  metered_actor(caf::actor_config& config, actor_meter& meter) : super(config), meter_{meter} {
    // CAF's own handler writes to standard error; the supervisor's log line is where this belongs.
    this->set_exception_handler([](std::exception_ptr& thrown) { return error_of(thrown); });
  }

  void launch(caf::execution_unit* unit, bool lazy, bool hide) override {
    meter_.started();
    super::launch(unit, lazy, hide);
  }

  void on_exit() override { meter_.ended(); }

  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    // What comes for an actor that has ended is bounced, and nobody will ever take it up.
    if constexpr (is_metered) {
      if (!this->getf(caf::abstract_actor::is_terminated_flag)) note_arrival(*message);
    }
    super::enqueue(std::move(message), unit);
  }

  caf::invoke_message_result consume(caf::mailbox_element& message) override {
    const bool timed = is_metered && meter_.taken(&message);
    if (timed) meter_.is_of_kind(kind_of(message.content()));
    trail_recorder trail{*this, message};
    try {
      const caf::invoke_message_result outcome = super::consume(message);
      if constexpr (is_metered) meter_.finished(timed);
      return outcome;
    } catch (...) {
      trail.failed();
      meter_.failed_because([] { return text_of(std::current_exception()); });
      if constexpr (is_metered) meter_.finished(timed);
      fail_request(message);
      throw;
    }
  }

  actor_meter& meter() noexcept { return meter_; }

private:
  /// Records what the actor does at one message as a span, if the request is traced.
  class trail_recorder {
  public:
    trail_recorder(metered_actor& worker, const caf::mailbox_element& message) {
      if constexpr (is_metered) {
        if (worker.meter_.records_hops()) begin(worker, message);
      }
    }
    ~trail_recorder() {
      if (hop_.id != 0) trail_->finished(hop_, failed_);
    }
    trail_recorder(const trail_recorder&) = delete;
    trail_recorder& operator=(const trail_recorder&) = delete;

    void failed() noexcept { failed_ = true; }

  private:
    void begin(const metered_actor& worker, const caf::mailbox_element& message) {
      trail_ = trail_ptr{trail_of(message)};
      if (!trail_) return;
      const caf::type_erased_tuple& content = message.content();
      hop_ = trail_->taken(&message, worker.name(),
                           content.size() > 1 ? content.type(1).second : nullptr);
    }

    // Holds the trail: the message may be gone by the end.
    trail_ptr trail_;
    trail_hop hop_{};
    bool failed_ = false;
  };

  /// Of a message that begins with a request_context; else null.
  static request_trail* trail_of(const caf::mailbox_element& message) {
    const caf::type_erased_tuple& content = message.content();
    // By address: match_element() would compare the types' names where that differs.
    if (content.empty() || content.type(0).second != &typeid(request_context)) return nullptr;
    return static_cast<const request_context*>(content.get(0))->trail.get();
  }

  void note_arrival(const caf::mailbox_element& message) noexcept {
    meter_.arrived(&message);
    if (!meter_.records_hops()) return;
    if (request_trail* const trail = trail_of(message)) trail->sent(&message);
  }

  static std::string text_of(const std::exception_ptr& thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& problem) {
      return problem.what();
    } catch (...) {
      return "not a std::exception";
    }
  }
  static caf::error error_of(const std::exception_ptr& thrown) {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  }

  void fail_request(caf::mailbox_element& message) {
    caf::response_promise promise{this->ctrl(), message};
    if (promise.pending())
      promise.deliver(caf::make_error(caf::sec::runtime_error, "an actor's handler threw"));
  }

  actor_meter& meter_;
};

/// A metered actor with its data and handlers in a `State`, which gets the actor as its first
/// constructor argument, has a `name` and a `make_behavior()`, and is destroyed when the actor
/// ends.
template <class Handle, class State>
class service_actor : public metered_actor<Handle> {
public:
  using super = metered_actor<Handle>;
  using behavior_type = typename Handle::behavior_type;

  template <class... Args>
  service_actor(caf::actor_config& config, actor_meter& meter, Args&&... args)
      : super(config, meter) {
    state_.emplace(this, std::forward<Args>(args)...);
  }

  const char* name() const final { return State::name; }

  void on_exit() final {
    state_.reset();
    super::on_exit();
  }

protected:
  behavior_type make_behavior() final { return state_->make_behavior(); }

private:
  std::optional<State> state_;
};

/// A service that is pinned to a lane: whoever sends, its messages are handled by the lane's
/// thread.
template <class Handle, class State>
class lane_actor final : public service_actor<Handle, State> {
public:
  using super = service_actor<Handle, State>;

  template <class... Args>
  lane_actor(caf::actor_config& config, lane& home, actor_meter& meter, Args&&... args)
      : super(config, meter, std::forward<Args>(args)...), home_{home} {}

  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) override {
    super::enqueue(std::move(message), &home_);
  }

  void launch(caf::execution_unit*, bool lazy, bool hide) override {
    super::launch(&home_, lazy, hide);
  }

  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

private:
  lane& home_;
};

/// What a State is given to talk through.
template <class Handle>
using actor_of = metered_actor<Handle>*;

/// Starts an actor on a lane. Any thread.
template <class Handle, class State, class... Args>
Handle spawn_on(lane& home, actor_meter& meter, Args&&... args) {
  return home.system().template spawn<lane_actor<Handle, State>>(home, meter,
                                                                 std::forward<Args>(args)...);
}

/// Starts an actor that may block, on a thread of its own.
template <class Handle, class State, class... Args>
Handle spawn_detached(caf::actor_system& system, actor_meter& meter, Args&&... args) {
  return system.template spawn<service_actor<Handle, State>, caf::detached>(
      meter, std::forward<Args>(args)...);
}

/// Starts an actor on CAF's own scheduler: for coordinators that get few messages.
template <class Handle, class State, class... Args>
Handle spawn_coordinator(caf::actor_system& system, actor_meter& meter, Args&&... args) {
  return system.template spawn<service_actor<Handle, State>>(meter, std::forward<Args>(args)...);
}

} // namespace maque

#include "actors/password_hasher.hpp"

#include "actors/answer.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <string>

namespace maque {

namespace {

constexpr std::uint64_t mebibyte = 1024ULL * 1024;
/// How far a job's time moves what the next ones are expected to take.
constexpr int pace_inertia = 8;
/// Until one was measured, a hash is expected to fill a MiB a millisecond.
constexpr std::chrono::milliseconds first_pace_per_mebibyte{1};

} // namespace

password_hasher_state::password_hasher_state(actor_of<hashing_pool_actor> self,
                                             const hasher_policy& policy,
                                             worker_starter start_worker)
    : self_{self}, policy_{policy}, start_worker_{std::move(start_worker)},
      slots_(policy.workers), memory_bytes_{policy.parameters.memory_mib * mebibyte},
      pace_{first_pace_per_mebibyte * policy.parameters.memory_mib * policy.parameters.passes} {
  self_->set_down_handler([this](const caf::down_msg& down) { bury(down.source); });
}

password_hasher_state::~password_hasher_state() {
  // CAF doesn't tell those who wait when a promise is dropped.
  const error ending{errc::shutting_down, {}, "the password hasher has ended", {}};
  for (job& each : waiting_)
    answer(each.waiting, ending);
  for (slot& each : slots_) {
    if (each.state == condition::busy) answer(each.waiting, ending);
    if (each.worker) caf::anon_send_exit(each.worker, caf::exit_reason::user_shutdown);
  }
}

hashing_pool_actor::behavior_type password_hasher_state::make_behavior() {
  // Not in the constructor: the actor is not complete until that ends, and workers can die at once.
  for (std::uint32_t place = 0; place < slots_.size(); ++place)
    start(place);
  return {
      [this](const request_context& request, hash_password& order) {
        return admit<password_hashed>(request, order, memory_bytes_);
      },
      [this](const request_context& request, verify_password& order) {
        // What is outdated is hashed anew, after it was verified.
        const auto needed = std::max(memory_bytes_, security::memory_to_verify(order.stored));
        return admit<password_verified>(request, order, needed);
      },
      [this](const start_password_worker& due) {
        start(due.place);
        dispatch();
      },
  };
}

// Requests ---------------------------------------------------------------------------------------

template <class Reply, class Order>
caf::result<Reply> password_hasher_state::admit(const request_context& request, Order& order,
                                                std::uint64_t memory_bytes) {
  auto promised = self_->make_response_promise<Reply>();
  const auto now = std::chrono::steady_clock::now();
  answer_hopeless(now);
  if (const auto why = refusal(request, now)) {
    answer(promised, *why);
    return promised;
  }
  waiting_.push_back({std::move(order), request, promised, memory_bytes});
  dispatch();
  return promised;
}

std::optional<error> password_hasher_state::refusal(const request_context& request,
                                                    steady_time now) const {
  if (request.deadline <= now)
    return error{errc::deadline_exceeded, {}, "came too late for a password hash", {}};
  if (waiting_.size() >= policy_.queue) return overload("too many passwords wait to be hashed");
  const auto busy = std::ranges::count(slots_, condition::busy, &slot::state);
  // With a free worker there is nothing to wait for, and what is expected may have been wrong.
  if (waiting_.empty() && busy < static_cast<std::ptrdiff_t>(slots_.size())) return std::nullopt;
  const std::size_t before = waiting_.size() + static_cast<std::size_t>(busy);
  if (request.deadline - now < time_for(before) + pace_)
    return overload("a password would not be hashed in time");
  return std::nullopt;
}

error password_hasher_state::overload(std::string cause) const {
  const auto until_free = std::chrono::ceil<std::chrono::seconds>(time_for(waiting_.size()));
  return {errc::overloaded, {}, std::move(cause), std::max(until_free, std::chrono::seconds{1})};
}

std::chrono::nanoseconds password_hasher_state::time_for(std::size_t jobs) const noexcept {
  return pace_ * static_cast<std::int64_t>(jobs / slots_.size());
}

void password_hasher_state::answer_hopeless(steady_time now) {
  const error late{errc::deadline_exceeded, {}, "waited too long to hash a password", {}};
  auto before = static_cast<std::size_t>(std::ranges::count(slots_, condition::busy, &slot::state));
  std::erase_if(waiting_, [&](job& each) {
    if (each.request.deadline <= now) {
      answer(each.waiting, late);
      return true;
    }
    // Whoever is told now can come back; at the deadline he would only learn that it has passed.
    if (before >= slots_.size() && each.request.deadline - now < time_for(before)) {
      answer(each.waiting, overload("a password would not be hashed in time any more"));
      return true;
    }
    ++before;
    return false;
  });
}

void password_hasher_state::answer(caf::response_promise& waiting, const error& why) {
  self_->meter().failed(why);
  waiting.deliver(to_caf(why));
}

// Workers ----------------------------------------------------------------------------------------

void password_hasher_state::dispatch() {
  answer_hopeless(std::chrono::steady_clock::now());
  while (!waiting_.empty()) {
    const auto idle = std::ranges::find(slots_, condition::idle, &slot::state);
    if (idle == slots_.end()) return;
    const std::uint64_t memory_max = memory_bytes_ * slots_.size();
    if (memory_used_ != 0 && memory_used_ + waiting_.front().memory_bytes > memory_max) return;

    job next = std::move(waiting_.front());
    waiting_.pop_front();
    memory_used_ += next.memory_bytes;
    const auto now = std::chrono::steady_clock::now();
    idle->state = condition::busy;
    idle->number = ++jobs_;
    idle->since = now;
    idle->memory_bytes = next.memory_bytes;
    idle->waiting = std::move(next.waiting);
    const auto place = static_cast<std::uint32_t>(idle - slots_.begin());
    if (auto* const hashing = std::get_if<hash_password>(&next.order))
      run<password_hashed>(place, next.request, *hashing);
    else if (auto* const verifying = std::get_if<verify_password>(&next.order))
      run<password_verified>(place, next.request, *verifying);
    answer_hopeless(now);
  }
}

template <class Reply, class Order>
void password_hasher_state::run(std::uint32_t place, const request_context& request, Order& order) {
  const std::uint64_t number = slots_[place].number;
  self_->request(slots_[place].worker, caf::infinite, request, std::move(order))
      .then(
          [this, place, number](Reply& reply) {
            const auto took = std::chrono::steady_clock::now() - slots_[place].since;
            auto waiting = release(place, number, condition::idle);
            if (!waiting) return;
            pace_ += (took - pace_) / pace_inertia;
            waiting->deliver(std::move(reply));
            dispatch();
          },
          [this, place, number](caf::error& cause) {
            // An error of ours: the worker lives. Any other: it is gone, and its down message
            // brings a new one.
            auto waiting =
                release(place, number, is_ours(cause) ? condition::idle : condition::gone);
            if (!waiting) return;
            self_->meter().failed_because([&] { return last_error::text_of(from_caf(cause)); });
            waiting->deliver(std::move(cause));
            dispatch();
          });
}

std::optional<caf::response_promise>
password_hasher_state::release(std::uint32_t place, std::uint64_t number, condition next) {
  slot& here = slots_[place];
  if (here.state != condition::busy || here.number != number) return std::nullopt;
  here.state = next;
  memory_used_ -= here.memory_bytes;
  return std::exchange(here.waiting, {});
}

void password_hasher_state::start(std::uint32_t place) {
  slots_[place].worker = start_worker_(place);
  slots_[place].state = condition::idle;
  self_->monitor(slots_[place].worker);
}

void password_hasher_state::bury(const caf::actor_addr& gone) {
  const auto at =
      std::ranges::find_if(slots_, [&gone](const slot& each) { return each.worker == gone; });
  if (at == slots_.end()) return;
  const auto place = static_cast<std::uint32_t>(at - slots_.begin());
  if (auto waiting = release(place, at->number, condition::gone))
    answer(*waiting, {errc::internal, {}, "a password worker died", {}});
  at->state = condition::gone;
  at->worker = password_hasher_actor{};
  self_->delayed_send(self_, policy_.restart_pause, start_password_worker{place});
  dispatch();
}

} // namespace maque

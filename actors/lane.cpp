#include "actors/lane.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <utility>

namespace maque {

namespace {

/// A job on its way to its lane. Owns the reference that CAF took for it, so that a job which is
/// never run, because the lane has stopped, is still released.
class posted_job {
public:
  explicit posted_job(caf::resumable* job) noexcept : job_{job} {}
  posted_job(posted_job&& other) noexcept : job_{std::exchange(other.job_, nullptr)} {}
  posted_job& operator=(posted_job&&) = delete;
  ~posted_job() {
    if (job_ != nullptr) caf::intrusive_ptr_release(job_);
  }

  caf::resumable* release() noexcept { return std::exchange(job_, nullptr); }

private:
  caf::resumable* job_;
};

} // namespace

lane::lane(caf::actor_system& system, std::uint32_t index)
    : caf::execution_unit(&system), index_{index}, io_{1}, work_{io_.get_executor()},
      timer_{io_.get_executor()} {}

lane::~lane() {
  for (caf::resumable* job : ready_)
    caf::intrusive_ptr_release(job);
}

void lane::run() {
  schedule_tick();
  io_.run();
}

void lane::stop() {
  io_.stop();
}

void lane::exec_later(caf::resumable* job) {
  if (job->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(job);
    return;
  }
  if (!is_current()) {
    boost::asio::post(io_, [this, owned = posted_job{job}]() mutable { resume(owned.release()); });
    return;
  }
  ready_.push_back(job);
  if (drain_posted_) return;
  drain_posted_ = true;
  boost::asio::post(io_, [this] { drain(); });
}

void lane::drain() {
  drain_posted_ = false;
  draining_.swap(ready_);
  for (caf::resumable* job : draining_)
    resume(job);
  draining_.clear();
}

void lane::resume(caf::resumable* job) {
  switch (job->resume(this, messages_a_turn)) {
  case caf::resumable::resume_later:
    exec_later(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  default: // done or awaiting_message: the reference that came with the job ends here
    caf::intrusive_ptr_release(job);
  }
}

void lane::schedule_tick() {
  timer_.expires_after(tick);
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (failure) return;
    const auto now = std::chrono::steady_clock::now();
    for (const sweep_function& sweep : sweeps_)
      sweep(now);
    schedule_tick();
  });
}

} // namespace maque

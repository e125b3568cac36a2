#include "telemetry/otlp_exporter.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <pthread.h>
#include <random>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace maque {

/// What the exporter shares with its thread.
struct otlp_exporter::impl {
  using count = std::atomic<std::uint64_t>;
  using counts = std::array<count, export_failure_names.size()>;

  impl(otlp_options its_options, std::unique_ptr<span_collector> its_collector,
       log::logger& its_log)
      : options{std::move(its_options)}, collector{std::move(its_collector)}, log{&its_log},
        pauses{options.pauses, std::random_device{}()} {
    batch.reserve(options.batch);
  }

  // For any thread.
  bool offer(finished_trace&& done);
  bool end(steady_time until);
  counters read() const noexcept;
  void lose(std::size_t how_many, export_failure why) noexcept {
    dropped_by[static_cast<std::size_t>(why)] += how_many;
  }

  // For the exporter's own.
  void run() noexcept;
  bool await_batch();
  void send_first_of(std::span<const finished_trace>& left);
  collector_answer send(const otlp_batch& part);
  bool await_turn();
  steady_time due();
  void note(const collector_answer& answer);

  const otlp_options options;

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by the mutex.
  std::deque<finished_trace> queue;
  bool stopping = false;
  bool ended = false;
  steady_time stop_by = steady_time::max();

  // Of the exporter's own thread.
  const std::unique_ptr<span_collector> collector;
  log::logger* log; ///< Guarded by the mutex; null once nobody waits for the thread any more.
  std::vector<finished_trace> batch;
  backoff pauses;
  std::uint32_t failures = 0; ///< In a row.
  bool leaving = false;       ///< It has heard that it has to stop.
  steady_time not_before;

  count exported{0};
  count rejected_spans{0};
  counts dropped_by{};
  counts failed_batches_by{};
};

bool otlp_exporter::impl::offer(finished_trace&& done) {
  std::size_t waiting = 0;
  {
    const std::scoped_lock lock{mutex};
    if (stopping) {
      lose(1, export_failure::stopped);
      return false;
    }
    if (queue.size() >= options.queue) {
      lose(1, export_failure::queue_full);
      return false;
    }
    queue.push_back(std::move(done));
    waiting = queue.size();
  }
  // In between there is nothing that the thread would do.
  if (waiting == 1 || waiting == options.batch) changed.notify_all();
  return true;
}

void otlp_exporter::impl::run() noexcept {
  while (await_batch()) {
    std::span<const finished_trace> left{batch};
    try {
      while (!left.empty())
        send_first_of(left);
    } catch (const std::exception&) { // Of memory.
      lose(left.size(), export_failure::nonsense);
    }
  }
  const std::scoped_lock lock{mutex};
  ended = true;
  changed.notify_all();
}

/// False when the exporter stops and nothing is left.
bool otlp_exporter::impl::await_batch() {
  batch.clear();
  std::unique_lock lock{mutex};
  changed.wait(lock, [this] { return stopping || !queue.empty(); });
  changed.wait_for(lock, options.interval,
                   [this] { return stopping || queue.size() >= options.batch; });
  const auto size = static_cast<std::ptrdiff_t>(std::min(queue.size(), options.batch));
  std::move(queue.begin(), queue.begin() + size, std::back_inserter(batch));
  queue.erase(queue.begin(), queue.begin() + size);
  return !batch.empty();
}

/// Takes away from `left` what went into one call.
void otlp_exporter::impl::send_first_of(std::span<const finished_trace>& left) {
  const otlp_batch part = encode_traces(options.resource, left, limits::trace_batch_bytes);
  const collector_answer answer = send(part);
  left = left.subspan(part.traces);
  if (answer.failure) return lose(part.traces, *answer.failure);
  exported += part.traces;
  // No collector refuses more than it was sent.
  rejected_spans += std::min(answer.rejected_spans, part.spans);
}

collector_answer otlp_exporter::impl::send(const otlp_batch& part) {
  collector_answer answer;
  for (std::uint32_t tries = 0; tries < limits::trace_batch_tries; ++tries) {
    if (!await_turn()) return {export_failure::stopped, {}, false, {}, 0};
    answer = collector->send(part.body, due());
    note(answer);
    if (!answer.may_repeat) break;
  }
  return answer;
}

/// After a failure, waits for its pause to pass; when the exporter stops there is one more call,
/// and others as long as they go well. False: no more calls.
bool otlp_exporter::impl::await_turn() {
  std::unique_lock lock{mutex};
  if (!changed.wait_until(lock, not_before, [this] { return stopping; })) return true;
  if (!std::exchange(leaving, true)) failures = 0;
  return failures == 0 && std::chrono::steady_clock::now() < stop_by;
}

steady_time otlp_exporter::impl::due() {
  const std::scoped_lock lock{mutex};
  return std::min(std::chrono::steady_clock::now() + options.timeout, stop_by);
}

void otlp_exporter::impl::note(const collector_answer& answer) {
  if (!answer.failure) {
    failures = 0;
    not_before = {};
    return;
  }
  const auto why = static_cast<std::size_t>(*answer.failure);
  ++failures;
  ++failed_batches_by[why];
  not_before =
      std::chrono::steady_clock::now() + std::max(pauses.pause_after(failures), answer.pause);
  const std::scoped_lock lock{mutex};
  if (failures != 1 || log == nullptr) return;
  log->of(maque::log::source::telemetry)
      .line(maque::log::level::warn, nullptr, "traces can't be sent to the collector",
            {{"reason", export_failure_names[why]}, {"cause", std::string_view{answer.cause}}});
}

/// False if the thread is not at its end by then.
bool otlp_exporter::impl::end(steady_time until) {
  std::unique_lock lock{mutex};
  stopping = true;
  stop_by = std::chrono::steady_clock::now() + options.timeout;
  changed.notify_all();
  const bool in_time = changed.wait_until(lock, until, [this] { return ended; });
  if (!in_time) log = nullptr;
  return in_time;
}

span_exporter::counters otlp_exporter::impl::read() const noexcept {
  counters now;
  now.exported = exported;
  now.rejected_spans = rejected_spans;
  std::ranges::copy(dropped_by, now.dropped_by.begin());
  std::ranges::copy(failed_batches_by, now.failed_batches_by.begin());
  return now;
}

otlp_exporter::otlp_exporter(otlp_options options, std::unique_ptr<span_collector> collector,
                             log::logger& log)
    : impl_{std::make_shared<impl>(std::move(options), std::move(collector), log)},
      thread_{[shared = impl_] {
        pthread_setname_np(pthread_self(), "traces");
        shared->run();
      }} {}

otlp_exporter::~otlp_exporter() {
  stop();
}

bool otlp_exporter::offer(finished_trace&& done) noexcept {
  try {
    return impl_->offer(std::move(done));
  } catch (const std::exception&) {
    impl_->lose(1, export_failure::queue_full);
    return false;
  }
}

span_exporter::counters otlp_exporter::read() const noexcept {
  return impl_->read();
}

void otlp_exporter::stop() noexcept {
  if (!thread_.joinable()) return;
  const auto timeout = impl_->options.timeout;
  if (impl_->end(std::chrono::steady_clock::now() + 2 * timeout))
    thread_.join();
  else
    thread_.detach();
}

} // namespace maque

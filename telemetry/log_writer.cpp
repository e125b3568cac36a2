#include "telemetry/log.hpp"
#include "telemetry/log_output.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace maque::log {

namespace {

using std::chrono::steady_clock;

// Small blocks are written together, up to this.
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;
// How soon a loss is reported, and a failed disk tried again, when nothing new is logged.
constexpr std::chrono::seconds idle_turn{1};
constexpr std::chrono::minutes complaint_interval{1};

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// Signals are for other threads; above all a reader of standard output that has gone is a failed
// write, not the end of the process by SIGPIPE.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

// The longest front of `text` that is whole lines and at most `limit` bytes; at least one line.
std::string_view first_lines(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto end = text.rfind('\n', limit - 1);
  if (end == std::string_view::npos) end = text.find('\n', limit);
  return text.substr(0, end == std::string_view::npos ? end : end + 1);
}

} // namespace

struct writer::impl {
  explicit impl(const writer_options& options)
      : output{options.file, options.rotate_bytes, options.rotate_files},
        queue_bytes{options.queue_bytes}, piece_limit{std::clamp<std::size_t>(options.rotate_bytes,
                                                                              1, piece_bytes)} {
    // The thread must not need memory of its own when there is none.
    piece.reserve(piece_limit);
    notice.reserve(256);
  }

  // For any thread.
  bool push(std::string&& block); // False: no room.

  // For the writer's thread.
  void run();
  bool take(std::vector<std::string>& batch); // False: the end.
  void write(const std::vector<std::string>& batch);
  void write_out(std::string_view lines);
  bool put(std::string_view lines);
  void finish(std::vector<std::string>& batch);
  void report_losses();
  void complain(const char* reason);

  std::mutex mutex;
  std::condition_variable work;     // For the writer's thread: blocks are queued, or it is to stop.
  std::condition_variable progress; // For who waits for it: blocks are finished, or it has ended.
  std::vector<std::string> queued;
  std::size_t held_bytes = 0; // Queued or being written.
  std::uint64_t accepted_blocks = 0;
  std::uint64_t finished_blocks = 0;
  bool idle = false; // The thread waits for work and has to be woken.
  bool stopping = false;
  bool ended = false;
  std::atomic<bool> abandoned{false};
  std::atomic<bool> reopening{false};
  std::atomic<std::uint64_t> dropped{0};

  // Touched by the writer's thread only.
  log_output output;
  const std::size_t queue_bytes;
  const std::size_t piece_limit;
  std::string piece;
  std::string notice;
  bool batch_failed = false;
  std::uint64_t dropped_at_take = 0;
  std::uint64_t reported = 0;
  std::optional<steady_time> complained_at;
};

bool writer::impl::push(std::string&& block) {
  bool wake = false;
  {
    const std::lock_guard lock{mutex};
    const auto size = block.size();
    if (stopping || size > queue_bytes - held_bytes) return false;
    queued.push_back(std::move(block));
    held_bytes += size;
    ++accepted_blocks;
    wake = std::exchange(idle, false);
  }
  if (wake) work.notify_one();
  return true;
}

void writer::impl::run() {
  block_signals();
  std::vector<std::string> batch;
  while (take(batch)) {
    write(batch);
    finish(batch);
    report_losses();
  }
  dropped_at_take = dropped.load();
  batch_failed = false;
  report_losses();
  const std::lock_guard lock{mutex};
  ended = true;
  progress.notify_all();
}

bool writer::impl::take(std::vector<std::string>& batch) {
  std::unique_lock lock{mutex};
  idle = queued.empty();
  work.wait_for(lock, idle_turn, [this] { return !queued.empty() || stopping; });
  idle = false;
  if ((stopping && queued.empty()) || abandoned.load()) return false;
  batch.swap(queued);
  dropped_at_take = dropped.load();
  return true;
}

void writer::impl::write(const std::vector<std::string>& batch) {
  batch_failed = false;
  piece.clear();
  for (const auto& block : batch) {
    if (piece.size() + block.size() > piece_limit) {
      write_out(piece);
      piece.clear();
    }
    if (block.size() <= piece_limit) {
      piece.append(block);
      continue;
    }
    for (std::string_view rest = block; !rest.empty();) {
      const auto part = first_lines(rest, piece_limit);
      write_out(part);
      rest.remove_prefix(part.size());
    }
  }
  write_out(piece);
}

void writer::impl::write_out(std::string_view lines) {
  if (lines.empty()) return;
  // One failure ends the batch: a disk that is full or slow to fail is not asked piece by piece.
  if (batch_failed || abandoned.load() || !put(lines)) {
    batch_failed = true;
    dropped.fetch_add(count_lines(lines));
  }
}

bool writer::impl::put(std::string_view lines) {
  try {
    if (reopening.exchange(false)) output.reopen();
    output.write(lines);
    return true;
  } catch (const std::exception& failure) {
    if (!abandoned.load()) complain(failure.what());
    return false;
  }
}

void writer::impl::finish(std::vector<std::string>& batch) {
  std::size_t bytes = 0;
  for (const auto& done : batch)
    bytes += done.size();
  {
    const std::lock_guard lock{mutex};
    held_bytes -= bytes;
    finished_blocks += batch.size();
  }
  progress.notify_all();
  batch.clear();
}

// What was lost after the batch was taken comes behind the next one: those lines were queued
// before.
void writer::impl::report_losses() {
  if (dropped_at_take == reported || batch_failed || abandoned.load()) return;
  notice.clear();
  append_line(notice, system_time_source{}.now(), level::warn, source::telemetry, nullptr,
              "log lines dropped", {{"count", dropped_at_take - reported}});
  if (put(notice)) reported = dropped_at_take;
}

void writer::impl::complain(const char* reason) {
  const auto now = steady_clock::now();
  if (complained_at && now - *complained_at < complaint_interval) return;
  complained_at = now;
  std::fputs("maque: the log can't be written, lines are lost: ", stderr);
  std::fputs(reason, stderr);
  std::fputs("\n", stderr);
}

writer::writer(const writer_options& options)
    : impl_{std::make_shared<impl>(options)},
      close_timeout_{options.close_timeout}, thread_{[state = impl_] { state->run(); }} {}

writer::~writer() {
  std::unique_lock lock{impl_->mutex};
  impl_->stopping = true;
  impl_->work.notify_one();
  if (impl_->progress.wait_for(lock, close_timeout_, [this] { return impl_->ended; })) {
    lock.unlock();
    thread_.join();
  } else {
    // The thread hangs in the kernel and nothing can end it; it shares what it still needs.
    impl_->abandoned = true;
    thread_.detach();
  }
}

void writer::write(std::string block, std::size_t lines) noexcept {
  if (block.empty()) return;
  try {
    if (impl_->push(std::move(block))) return;
  } catch (const std::bad_alloc&) { // Told below.
  }
  count_dropped(lines);
}

void writer::reopen() noexcept {
  impl_->reopening = true;
}

bool writer::flush(steady_time deadline) {
  std::unique_lock lock{impl_->mutex};
  const auto goal = impl_->accepted_blocks;
  return impl_->progress.wait_until(lock, deadline, [&] { return impl_->finished_blocks >= goal; });
}

void writer::count_dropped(std::size_t lines) noexcept {
  impl_->dropped.fetch_add(lines);
}

std::uint64_t writer::dropped_lines() const noexcept {
  return impl_->dropped.load();
}

} // namespace maque::log

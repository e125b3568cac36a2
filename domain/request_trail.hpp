#pragma once

#include "domain/time.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace maque {

/// Something that is known of a piece of work: a number, or a word if `text` is not empty. Both are
/// literals, or live as long as the program does.
struct trail_note {
  std::string_view name; ///< Empty: there is none.
  std::int64_t number = 0;
  std::string_view text{};
};

/// A piece of work done for a request, as a trace shows it.
struct trail_span {
  std::uint64_t id = 0;     ///< 0: record() gives it one.
  std::uint64_t parent = 0; ///< 0: the request.
  std::string_view name;    ///< A literal.
  /// For what an actor did: the type of the message.
  const std::type_info* message = nullptr;
  bool outbound = false; ///< Somebody outside of the process was asked.
  bool failed = false;
  steady_time start{};
  steady_time end{};
  std::array<trail_note, 4> notes{};
};

/// A message that an actor works at.
struct trail_hop {
  std::uint64_t id = 0;     ///< Of its span; 0: the trail doesn't record it.
  std::uint64_t before = 0; ///< What was current() when it was taken up.
  std::size_t place = 0;    ///< Among the request's hops.
};

/// What was done for one request, wherever in the process: it travels with the request_context. Of
/// each request it has the time that the database and WeChat took; if traces are on, the actors'
/// hops, up to limits::trail_hops, and further spans, up to limits::trail_spans. Any thread may
/// record, also while the front finishes the request because its deadline has come: what comes
/// later than finish() is dropped.
///
/// Hops are recorded of every request, because nobody knows in the beginning which one will be slow
/// or fail: they take no lock, become spans only in the end, and unless the trace is sampled()
/// their times are those of the kernel's last tick (see hop_resolution()).
class request_trail
    : public boost::intrusive_ref_counter<request_trail, boost::thread_safe_counter> {
public:
  request_trail() noexcept;
  ~request_trail();
  request_trail(const request_trail&) = delete;
  request_trail& operator=(const request_trail&) = delete;

  /// Forgets the request before, keeps the memory. Only while nobody else holds the trail.
  void restart() noexcept;

  /// Asked until answered. What is asked at the same time counts more than once.
  void add_database(std::chrono::nanoseconds took) noexcept { add(database_ns_, took); }
  void add_upstream(std::chrono::nanoseconds took) noexcept { add(upstream_ns_, took); }
  std::chrono::nanoseconds database() const noexcept { return read(database_ns_); }
  std::chrono::nanoseconds upstream() const noexcept { return read(upstream_ns_); }

  // Spans ----------------------------------------------------------------------------------------

  /// From here on spans are recorded. After restart(), before the trail is given to others.
  /// @param root the id of the request's span, not 0; the ids of the others are derived from it.
  /// @param caller the span from which the request was sent; 0: the trace begins here.
  /// @param sampled whether the trace leaves the process however the request ends.
  void begin_spans(std::uint64_t root, std::uint64_t caller, bool sampled);

  /// How much earlier than it was the time of a hop may be. 0: it is exact.
  std::chrono::nanoseconds hop_resolution() const noexcept;

  bool records_spans() const noexcept { return recording_.load(std::memory_order_acquire); }
  std::uint64_t root() const noexcept { return root_; }
  std::uint64_t caller() const noexcept { return caller_; }
  bool sampled() const noexcept { return sampled_; }
  /// The span in which the request is worked at, as far as that is known; else root().
  std::uint64_t current() const noexcept { return current_.load(std::memory_order_relaxed); }
  /// An id for a span that is recorded later.
  std::uint64_t new_id() noexcept;

  /// Any thread; does nothing unless records_spans().
  void record(const trail_span& span) noexcept;

  /// A message for this request is about to enter a mailbox. `message` is only compared. Any
  /// thread.
  void sent(const void* message) noexcept;
  /// An actor takes it up: a span begins, so that it is there whatever ends first, the request or
  /// the actor's work. `actor` is a literal.
  trail_hop taken(const void* message, const char* actor, const std::type_info* type) noexcept;
  /// It is done with it. Only if taken() gave an id.
  void finished(const trail_hop& hop, bool failed) noexcept;

  struct recording {
    /// Not the request's own; the hops come first. What is not finished ends now.
    std::vector<trail_span> spans;
    std::uint64_t lost = 0; ///< Those beyond the limit.
  };
  /// Ends the recording; for a request that nobody wants to see, stop() is cheaper.
  recording finish();
  void stop() noexcept;

private:
  struct hop_record;
  struct span_store;

  steady_time now() const noexcept;
  std::uint64_t id_number(std::uint64_t number) const noexcept;
  hop_record* new_hop(std::size_t& place) noexcept;
  hop_record* hop_of(const void* message, std::size_t& place) noexcept;
  void add_hops_to(recording& made, std::size_t count) const;
  static void add(std::atomic<std::int64_t>& to, std::chrono::nanoseconds took) noexcept {
    to.fetch_add(took.count(), std::memory_order_relaxed);
  }
  static std::chrono::nanoseconds read(const std::atomic<std::int64_t>& from) noexcept {
    return std::chrono::nanoseconds{from.load(std::memory_order_relaxed)};
  }

  std::atomic<std::int64_t> database_ns_{0};
  std::atomic<std::int64_t> upstream_ns_{0};
  std::atomic<bool> recording_{false};
  bool sampled_ = false;
  std::uint64_t root_ = 0;
  std::uint64_t caller_ = 0;
  std::atomic<std::uint64_t> current_{0};
  std::atomic<std::uint64_t> ids_{0};
  std::unique_ptr<span_store> spans_; ///< Null until traces are on.
};

using trail_ptr = boost::intrusive_ptr<request_trail>;

} // namespace maque

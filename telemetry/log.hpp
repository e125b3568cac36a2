#pragma once

#include "domain/request_context.hpp"
#include "domain/time.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

/// Logs: one JSON object a line, written by a thread of its own.
namespace maque::log {

enum class level : std::uint8_t { trace, debug, info, warn, error, critical, off };

std::string_view to_string(level value) noexcept;
std::optional<level> parse_level(std::string_view text) noexcept;

/// The modules, each of which may have a level of its own: who has a line to write.
enum class source : std::uint8_t {
  server, ///< Start, stop, and all that is none of the others'.
  http,
  actors,
  db,
  wechat,
  security,
  config,
  telemetry,
  cluster,
};
inline constexpr std::size_t source_count = 9;

std::string_view to_string(source value) noexcept;
std::optional<source> parse_source(std::string_view text) noexcept;

struct source_level {
  source from{};
  level threshold{};
};
/// Of "http=debug".
std::optional<source_level> parse_source_level(std::string_view text) noexcept;

/// A named value of a log line.
struct field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

/// Builds lines of the form
/// {"timestamp":"2026-11-22T10:38:22.000001Z","level":"info","module":"http","trace_id":"…",
/// "message":"…",…fields} with a newline at the end, appending to `out`. Names and values are
/// escaped, so a line is always one line of valid JSON, whatever is in them; bytes that are not
/// UTF-8 become U+FFFD, numbers that are not finite become null. Who logs much builds many lines in
/// one buffer and hands it over as one block.
void append_line(std::string& out, utc_time now, level severity, source from, const trace_id* trace,
                 std::string_view message, std::span<const field> fields);

inline void append_line(std::string& out, utc_time now, level severity, source from,
                        const trace_id* trace, std::string_view message,
                        std::initializer_list<field> fields) {
  append_line(out, now, severity, from, trace, message, std::span{fields.begin(), fields.size()});
}

struct writer_options {
  /// Empty: standard output. Its folder is created if it is missing.
  std::filesystem::path file;
  /// The file is rotated (of maque.log, maque.1.log is the newest old one) when it would grow
  /// beyond this. A line is never cut, so one that is longer has a file of its own.
  std::size_t rotate_bytes = 100 * 1024 * 1024;
  /// How many old files are kept.
  std::size_t rotate_files = 5;
  /// Lines that wait for the writer or are being written; beyond this they are dropped and counted.
  std::size_t queue_bytes = 8 * 1024 * 1024;
  /// How long the destructor waits for the disk.
  std::chrono::milliseconds close_timeout{5'000};
};

/// Takes finished lines and writes them from its own thread, in order. Never blocks a caller on the
/// disk: when the queue is full the block of lines is dropped, counted, and the loss is itself
/// logged as soon as there is room. The same goes for lines that could not be written (a full
/// disk); standard error then tells why, at most once a minute.
class writer {
public:
  /// Throws std::runtime_error if the file can't be opened.
  explicit writer(const writer_options& options);
  /// Writes what is queued, but gives up on a disk that doesn't answer within close_timeout.
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Hands over a block of `lines` whole lines.
  void write(std::string block, std::size_t lines) noexcept;

  /// The next lines go into a file that is opened anew under the same name, for whoever has moved
  /// away the one that is open. Does nothing to standard output. Any thread.
  void reopen() noexcept;

  /// Waits until none of what was handed over before is queued any more, at most until `deadline`;
  /// false if something still is. What could not be written is counted in dropped_lines().
  bool flush(steady_time deadline);

  /// Counts lines that a caller had to give up, so that their loss is logged too.
  void count_dropped(std::size_t lines) noexcept;
  std::uint64_t dropped_lines() const noexcept;

private:
  struct impl;
  // Shared with the thread, which outlives the writer if the disk doesn't answer.
  std::shared_ptr<impl> impl_;
  std::chrono::milliseconds close_timeout_;
  std::thread thread_;
};

class logger;

/// What a module writes its lines to. A value; the logger has to outlive it. Thread-safe.
class channel {
public:
  channel(logger& to, source from) noexcept : to_{&to}, from_{from} {}

  bool enabled(level severity) const noexcept;

  /// Does nothing below the module's threshold. Without memory the line is dropped and counted.
  void line(level severity, const trace_id* trace, std::string_view message,
            std::initializer_list<field> fields = {}) const noexcept;

  void debug(std::string_view message, std::initializer_list<field> fields = {}) const noexcept {
    line(level::debug, nullptr, message, fields);
  }
  void info(std::string_view message, std::initializer_list<field> fields = {}) const noexcept {
    line(level::info, nullptr, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<field> fields = {}) const noexcept {
    line(level::warn, nullptr, message, fields);
  }
  void error(std::string_view message, std::initializer_list<field> fields = {}) const noexcept {
    line(level::error, nullptr, message, fields);
  }

  source from() const noexcept { return from_; }
  writer& sink() const noexcept;

private:
  logger* to_;
  source from_;
};

/// The writer, and the level of each module, which may change while running. Thread-safe.
class logger {
public:
  /// @param sink must outlive the logger.
  logger(writer& sink, level threshold);

  /// The channel of a module.
  channel of(source from) noexcept { return {*this, from}; }

  bool enabled(source from, level severity) const noexcept { return severity >= threshold(from); }
  /// The level that holds for a module: its own, or else the common one.
  level threshold(source from) const noexcept {
    return thresholds_[static_cast<std::size_t>(from)].load(std::memory_order_relaxed);
  }
  /// The common level, of all modules that have none of their own.
  void set_threshold(level value) noexcept;
  /// The module's own level; nothing gives it back the common one.
  void set_threshold(source from, std::optional<level> value) noexcept;
  /// All at once: the common level, and the modules' own; those that are not named have none.
  void set_thresholds(level common, std::span<const source_level> own) noexcept;
  level common_threshold() const noexcept;
  std::optional<level> own_threshold(source from) const noexcept;

  // Lines of the module "server".
  void line(level severity, const trace_id* trace, std::string_view message,
            std::initializer_list<field> fields = {}) noexcept {
    of(source::server).line(severity, trace, message, fields);
  }
  void debug(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
    of(source::server).debug(message, fields);
  }
  void info(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
    of(source::server).info(message, fields);
  }
  void warn(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
    of(source::server).warn(message, fields);
  }
  void error(std::string_view message, std::initializer_list<field> fields = {}) noexcept {
    of(source::server).error(message, fields);
  }

  writer& sink() noexcept { return *sink_; }

private:
  void apply() noexcept;

  writer* sink_;
  std::array<std::atomic<level>, source_count> thresholds_; ///< What holds, by module.
  mutable std::mutex changing_;
  level common_; ///< Guarded by changing_, as are the modules' own.
  std::array<std::optional<level>, source_count> own_{};
};

inline bool channel::enabled(level severity) const noexcept {
  return to_->enabled(from_, severity);
}

inline writer& channel::sink() const noexcept {
  return to_->sink();
}

} // namespace maque::log

#include "telemetry/log_output.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace maque::log {

namespace {

// Without a buffer of stdio, a write either reaches the kernel or fails then and there.
void disable_buffer(const spdlog::filename_t&, std::FILE* file) {
  std::setvbuf(file, nullptr, _IONBF, 0);
}

std::unique_ptr<spdlog::sinks::sink> make_sink(const std::filesystem::path& file,
                                               std::size_t rotate_bytes, std::size_t rotate_files) {
  if (file.empty()) return std::make_unique<spdlog::sinks::stdout_sink_st>();
  spdlog::file_event_handlers handlers;
  handlers.after_open = disable_buffer;
  return std::make_unique<spdlog::sinks::rotating_file_sink_st>(file.string(), rotate_bytes,
                                                                rotate_files, false, handlers);
}

// True if an earlier write, of this process or of one that was killed, broke off within a line.
bool ends_within_line(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  if (!in || in.tellg() <= 0) return false;
  in.seekg(-1, std::ios::end);
  return in.get() != '\n';
}

} // namespace

log_output::log_output(std::filesystem::path file, std::size_t rotate_bytes,
                       std::size_t rotate_files)
    : file_{std::move(file)}, rotate_bytes_{rotate_bytes}, rotate_files_{rotate_files} {
  try {
    open();
  } catch (const std::exception& failure) {
    throw std::runtime_error{failure.what()};
  }
}

log_output::~log_output() = default;

void log_output::write(std::string_view lines) {
  try {
    if (!sink_) open();
    emit(lines);
  } catch (...) {
    // After a failed rotation spdlog's sink has no open file any more and must not be used.
    sink_.reset();
    throw;
  }
}

void log_output::reopen() noexcept {
  if (!file_.empty()) sink_.reset();
}

void log_output::open() {
  auto opened = make_sink(file_, rotate_bytes_, rotate_files_);
  // Blocks bring their own ends of line.
  opened->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%v", spdlog::pattern_time_type::utc, std::string{}));
  sink_ = std::move(opened);
  if (!file_.empty() && ends_within_line(file_)) emit("\n");
}

void log_output::emit(std::string_view text) {
  sink_->log(spdlog::details::log_msg{
      spdlog::string_view_t{}, spdlog::level::info, {text.data(), text.size()}});
  // The file sink throws by itself; the one for standard output doesn't look.
  if (file_.empty() && std::ferror(stdout) != 0) {
    const auto reason = errno;
    std::clearerr(stdout);
    throw std::system_error{reason, std::generic_category(), "standard output"};
  }
}

} // namespace maque::log

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace spdlog::sinks {
class sink;
} // namespace spdlog::sinks

namespace maque::log {

/// Where lines end up: a file that spdlog rotates by size, or standard output. For one thread.
class log_output {
public:
  /// Throws std::runtime_error if the file can't be opened.
  log_output(std::filesystem::path file, std::size_t rotate_bytes, std::size_t rotate_files);
  ~log_output();
  log_output(const log_output&) = delete;
  log_output& operator=(const log_output&) = delete;

  /// Writes whole lines with one system call. Throws std::exception if not all of them could be
  /// written; the next call then opens the file anew, and never continues a line that was cut.
  void write(std::string_view lines);

  /// Has the next call open the file anew.
  void reopen() noexcept;

private:
  void open();
  void emit(std::string_view text);

  std::filesystem::path file_; // Empty: standard output.
  std::size_t rotate_bytes_;
  std::size_t rotate_files_;
  std::unique_ptr<spdlog::sinks::sink> sink_;
};

} // namespace maque::log

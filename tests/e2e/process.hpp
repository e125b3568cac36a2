#pragma once

#include "support/patience.hpp"
#include "support/temporary_folder.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace maque::test {

/// How a process ended: with an exit code, or by a signal.
struct exit_status {
  std::optional<int> code;
  std::optional<int> signal;
};

struct launch {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::filesystem::path working_folder;
  std::filesystem::path input = "/dev/null"; ///< What is standard input.
};

/// A child process whose output goes to files. It is killed at the end if it is still there.
class process {
public:
  explicit process(const launch& what);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void send(int signal) const;

  /// Waits until the process has ended. Throws if it doesn't.
  exit_status wait(std::chrono::milliseconds timeout = patience);
  bool is_running();

  std::string standard_output() const;
  std::string standard_error() const;

  /// Waits until the text is there. Throws, with all that was printed, if it doesn't come or the
  /// process ends.
  void await_output(std::string_view text);
  void await_error(std::string_view text);

private:
  bool reap();
  void await_text(const std::filesystem::path& file, std::string_view text);

  temporary_folder folder_;
  pid_t id_ = -1;
  std::optional<exit_status> ended_;
};

/// Runs a program to its end.
struct finished {
  exit_status status;
  std::string output;
  std::string error;
};
finished run(const launch& what);

std::string read_file(const std::filesystem::path& file);

} // namespace maque::test

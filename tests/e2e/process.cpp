#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>

namespace maque::test {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(const launch& what, const std::filesystem::path& output,
            const std::filesystem::path& error) {
  std::vector<std::string> arguments{what.program.string()};
  arguments.insert(arguments.end(), what.arguments.begin(), what.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : what.environment)
    environment.push_back(name + "=" + value);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int create = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, what.input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), create, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error.c_str(), create, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, what.working_folder.c_str());
  pid_t id = -1;
  const int failure = posix_spawn(&id, what.program.c_str(), &actions, nullptr,
                                  pointers_to(arguments).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error{what.program.string() + ": " + std::strerror(failure)};
  return id;
}

} // namespace

process::process(const launch& what)
    : id_{spawn(what, folder_.path() / "output", folder_.path() / "error")} {}

process::~process() {
  if (ended_) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void process::send(int signal) const {
  if (!ended_) ::kill(id_, signal);
}

bool process::reap() {
  int status = 0;
  if (ended_ || ::waitpid(id_, &status, WNOHANG) != id_) return ended_.has_value();
  ended_.emplace();
  if (WIFEXITED(status)) ended_->code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended_->signal = WTERMSIG(status);
  return true;
}

exit_status process::wait(std::chrono::milliseconds timeout) {
  await([this] { return reap(); }, "the process did not end", timeout);
  return *ended_;
}

bool process::is_running() {
  return !reap();
}

std::string process::standard_output() const {
  return read_file(folder_.path() / "output");
}

std::string process::standard_error() const {
  return read_file(folder_.path() / "error");
}

void process::await_output(std::string_view text) {
  await_text(folder_.path() / "output", text);
}

void process::await_error(std::string_view text) {
  await_text(folder_.path() / "error", text);
}

void process::await_text(const std::filesystem::path& file, std::string_view text) {
  const auto is_there = [&] { return read_file(file).find(text) != std::string::npos; };
  bool found = false;
  await([&] { return (found = is_there()) || reap(); }, "not printed: " + std::string{text});
  if (!found && !is_there())
    throw std::runtime_error{"the process ended and printed: " + standard_error() +
                             standard_output()};
}

finished run(const launch& what) {
  process child{what};
  const exit_status status = child.wait();
  return {status, child.standard_output(), child.standard_error()};
}

std::string read_file(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

} // namespace maque::test

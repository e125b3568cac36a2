#pragma once

#include <sqlite3.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace maque::db::test {

/// A connection that knows nothing of the store: another program that opens the file.
class raw_sqlite {
public:
  explicit raw_sqlite(const std::filesystem::path& file) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open(file.c_str(), &opened);
    handle_.reset(opened);
    if (code != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(opened)};
  }

  void run(const std::string& sql) { static_cast<void>(query(sql)); }

  /// The first column of the last row, as text; empty if there is none.
  std::string query(const std::string& sql) {
    std::string value;
    const auto keep = [](void* out, int, char** columns, char**) {
      *static_cast<std::string*>(out) = columns[0] == nullptr ? "NULL" : columns[0];
      return 0;
    };
    if (sqlite3_exec(handle_.get(), sql.c_str(), keep, &value, nullptr) != SQLITE_OK) {
      throw std::runtime_error{sqlite3_errmsg(handle_.get())};
    }
    return value;
  }

private:
  struct closer {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// Every file of a folder with its bytes and the time of its last change.
using folder_state = std::map<std::string, std::pair<std::string, std::filesystem::file_time_type>>;

inline folder_state state_of(const std::filesystem::path& folder) {
  folder_state state;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    state[entry.path().filename().string()] = {
        entry.is_directory() ? "a folder" : read_bytes(entry.path()), entry.last_write_time()};
  }
  return state;
}

/// A child process that runs `body` and ends at once with its result, running no destructor of its
/// parent's. Killed with its object.
class child_process {
public:
  explicit child_process(const std::function<int()>& body) : id_{::fork()} {
    if (id_ == 0) ::_exit(body());
  }
  ~child_process() {
    if (id_ <= 0) return;
    kill();
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  int wait() { return reap(); }
  void kill() {
    ::kill(id_, SIGKILL);
    reap();
  }

private:
  int reap() {
    int status = -1;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  pid_t id_;
};

/// Bytes from one process to another.
class pipe_line {
public:
  pipe_line() {
    if (::pipe(ends_) != 0) throw std::runtime_error{"no pipe"};
  }
  ~pipe_line() {
    close_end(0);
    close_end(1);
  }
  pipe_line(const pipe_line&) = delete;
  pipe_line& operator=(const pipe_line&) = delete;

  void close_writing_end() { close_end(1); }
  void send(char byte) const {
    if (::write(ends_[1], &byte, 1) != 1) throw std::runtime_error{"nobody reads"};
  }
  /// Waits for a byte; false when all writing ends are closed.
  bool receive() const {
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1;
  }

private:
  void close_end(int end) {
    if (const int descriptor = std::exchange(ends_[end], -1); descriptor >= 0) ::close(descriptor);
  }
  int ends_[2] = {-1, -1};
};

/// While it lives, this process has the rights of an ordinary user.
class without_privileges {
public:
  without_privileges() {
    constexpr uid_t nobody = 65534;
    if (privileged_ && ::seteuid(nobody) != 0) throw std::runtime_error{"seteuid"};
  }
  ~without_privileges() {
    if (privileged_ && ::seteuid(0) != 0) std::abort();
  }
  without_privileges(const without_privileges&) = delete;
  without_privileges& operator=(const without_privileges&) = delete;

private:
  bool privileged_ = ::geteuid() == 0;
};

/// While it lives, no file can grow beyond `bytes`: the disk is full.
class full_disk {
public:
  explicit full_disk(std::uintmax_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error{"setrlimit"};
  }
  ~full_disk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

} // namespace maque::db::test

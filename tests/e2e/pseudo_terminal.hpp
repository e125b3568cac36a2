#pragma once

#include <filesystem>
#include <string_view>
#include <termios.h>

namespace maque::test {

/// A terminal that a test types on: the standard input of a process.
class pseudo_terminal {
public:
  pseudo_terminal();
  ~pseudo_terminal();
  pseudo_terminal(const pseudo_terminal&) = delete;
  pseudo_terminal& operator=(const pseudo_terminal&) = delete;

  /// What the process is to open.
  const std::filesystem::path& path() const noexcept { return path_; }

  void type(std::string_view text) const;

  /// Whether what is typed is shown.
  bool echoes() const;

private:
  int keyboard_ = -1;
  int device_ = -1;
  std::filesystem::path path_;
};

} // namespace maque::test

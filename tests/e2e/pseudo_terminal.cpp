#include "pseudo_terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace maque::test {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

pseudo_terminal::pseudo_terminal() : keyboard_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)} {
  std::string name(128, '\0');
  if (keyboard_ < 0 || ::grantpt(keyboard_) != 0 || ::unlockpt(keyboard_) != 0 ||
      ::ptsname_r(keyboard_, name.data(), name.size()) != 0)
    fail("a pseudo-terminal");
  path_ = name.c_str();
  // Open all the time, so that what the process has changed can be seen when it is gone.
  device_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (device_ < 0) fail("the device of a pseudo-terminal");
}

pseudo_terminal::~pseudo_terminal() {
  ::close(device_);
  ::close(keyboard_);
}

void pseudo_terminal::type(std::string_view text) const {
  if (::write(keyboard_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    fail("typing");
}

bool pseudo_terminal::echoes() const {
  termios state{};
  if (::tcgetattr(device_, &state) != 0) fail("the state of a terminal");
  return (state.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
}

} // namespace maque::test

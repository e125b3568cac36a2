#include "terminal.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

namespace maque {

namespace {

/// Standard input's terminal, showing nothing of what is typed. A signal that would end or stop the
/// process waits until the terminal is again as it was.
class silent_terminal {
public:
  silent_terminal() {
    sigset_t held{};
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
      sigaddset(&held, number);
    sigprocmask(SIG_BLOCK, &held, &before_);
    signals_ = signalfd(-1, &held, SFD_CLOEXEC);
    if (signals_ < 0 || tcgetattr(STDIN_FILENO, &shown_) != 0) give_up();
    termios silent = shown_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= static_cast<tcflag_t>(ICANON | ECHONL);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0) give_up();
  }
  ~silent_terminal() {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &shown_);
    release();
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

  /// False: a signal has come before.
  bool await_line() const {
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}}};
    while (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) {
    }
    return waiting[1].revents == 0;
  }

private:
  void release() const {
    ::close(signals_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  [[noreturn]] void give_up() const {
    const int why = errno;
    release();
    throw std::runtime_error{std::string{"the terminal can't be silenced: "} + std::strerror(why)};
  }

  termios shown_{};
  sigset_t before_{};
  int signals_ = -1;
};

tl::unexpected<error> wrong(std::string_view what, const std::string& why) {
  return fail(errc::invalid_field, {}, std::string{what} + ": " + why);
}

/// A byte of standard input; nothing at its end. Read one by one, so that no buffer keeps them.
std::optional<char> read_byte() {
  char byte = 0;
  ssize_t read = 0;
  while ((read = ::read(STDIN_FILENO, &byte, 1)) < 0 && errno == EINTR) {
  }
  return read == 1 ? std::optional{byte} : std::nullopt;
}

result<secret> ask_silently(std::string_view what, std::string_view prompt, std::size_t limit) {
  for (;;) {
    const silent_terminal silent;
    std::cerr << prompt << std::flush;
    if (silent.await_line()) return read_secret(what, limit);
    // The signal is delivered now. If it only stopped the process, this asks again.
  }
}

} // namespace

bool is_interactive() {
  return ::isatty(STDIN_FILENO) == 1;
}

result<secret> read_secret(std::string_view what, std::size_t limit) {
  constexpr std::size_t end_bytes = 2;
  secret line;
  std::string& text = line.mutable_value();
  text.reserve(limit + end_bytes); // Growing would leave copies.
  for (auto byte = read_byte(); byte && *byte != '\n'; byte = read_byte()) {
    text += *byte;
    if (text.size() == limit + end_bytes) break;
  }
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return wrong(what, "nothing was given");
  if (text.size() > limit) return wrong(what, "longer than " + std::to_string(limit) + " bytes");
  return line;
}

result<secret> ask_secret(std::string_view what, std::size_t limit) {
  auto first = ask_silently(what, std::string{what} + ": ", limit);
  if (!first) return first;
  auto second = ask_silently(what, std::string{what} + ", again: ", limit);
  if (!second) return second;
  if (first->reveal() != second->reveal()) return wrong(what, "not the same both times");
  return first;
}

bool confirm(const std::string& question) {
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

std::string printable(std::string_view text) {
  std::string shown{text};
  if (count_code_points(text) && !has_control_characters(text) && !has_deceptive_characters(text))
    return shown;
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

} // namespace maque

#include "config/text_file.hpp"

#include "domain/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace maque::config {

namespace {

constexpr std::size_t longest_file = std::size_t{1024} * 1024;

// An open file that closes itself.
class descriptor {
public:
  // Non-blocking, so that a pipe without a writer doesn't hold up the start.
  explicit descriptor(const std::filesystem::path& file)
      : number_{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int number() const noexcept { return number_; }

private:
  int number_;
};

tl::unexpected<file_failure> fail_with_errno(std::string_view what) {
  const std::error_code reason{errno, std::generic_category()};
  return tl::unexpected{file_failure{reason == std::errc::no_such_file_or_directory, 0,
                                     std::string{what} + ": " + reason.message()}};
}

tl::unexpected<file_failure> fail_with(std::string what, std::size_t line = 0) {
  return tl::unexpected{file_failure{false, line, std::move(what)}};
}

tl::expected<std::string, file_failure> read_all(int number) {
  std::string content;
  std::array<char, 16'384> buffer{};
  while (true) {
    const auto count = ::read(number, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_with_errno("can't be read");
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > longest_file)
      return fail_with("is larger than 1 MiB, so it can't be a settings file");
  }
}

// The number of the first line that is not UTF-8; 0 if there is none.
std::size_t find_bad_line(std::string_view text) {
  if (count_code_points(text)) return 0;
  for (std::size_t line = 1;; ++line) {
    const auto end = text.find('\n');
    if (!count_code_points(text.substr(0, end))) return line;
    text.remove_prefix(end + 1);
  }
}

} // namespace

tl::expected<std::string, file_failure> read_text_file(const std::filesystem::path& file) {
  const descriptor opened{file};
  if (opened.number() < 0) return fail_with_errno("can't be opened");
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0) return fail_with_errno("can't be read");
  if (S_ISDIR(status.st_mode)) return fail_with("is a folder; a file is wanted");
  // A device is allowed for /dev/null, by which people say "none".
  if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode)) return fail_with("is not a file");

  auto content = read_all(opened.number());
  if (!content) return content;
  if (content->starts_with("\xEF\xBB\xBF")) content->erase(0, 3);
  if (const auto line = find_bad_line(*content); line != 0)
    return fail_with("is not UTF-8; save the file in that encoding", line);
  return content;
}

} // namespace maque::config

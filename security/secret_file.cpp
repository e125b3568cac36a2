#include "security/secret_file.hpp"

#include "security/base64url.hpp"
#include "security/random.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace maque::security {

namespace {

namespace fs = std::filesystem;

constexpr mode_t file_mode = 0600;
constexpr mode_t folder_mode = 0700;
constexpr mode_t rights_of_others = 0077;

class file_descriptor {
public:
  explicit file_descriptor(int value) noexcept : value_{value} {}
  ~file_descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  file_descriptor(file_descriptor&& other) noexcept : value_{std::exchange(other.value_, -1)} {}
  file_descriptor& operator=(file_descriptor&&) = delete;

  bool is_open() const noexcept { return value_ >= 0; }
  int get() const noexcept { return value_; }

private:
  int value_;
};

// Removes the temporary name, whether the key got its real one or not.
class removed_at_exit {
public:
  explicit removed_at_exit(const fs::path& file) noexcept : file_{file} {}
  ~removed_at_exit() { ::unlink(file_.c_str()); }
  removed_at_exit(const removed_at_exit&) = delete;
  removed_at_exit& operator=(const removed_at_exit&) = delete;

private:
  const fs::path& file_;
};

// For a system call that has just failed.
tl::unexpected<error> refuse_after(const secret_file& file, std::string_view what) {
  const std::error_code reason{errno, std::generic_category()};
  return file.refuse(std::string{what} + ": " + reason.message());
}

std::string octal(mode_t mode) {
  std::string digits{"0000"};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, mode >>= 3) {
    *digit = static_cast<char>('0' + (mode & 7));
  }
  return digits;
}

result<void> check_ownership(const secret_file& file, int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return refuse_after(file, "cannot be examined");
  if (!S_ISREG(status.st_mode)) {
    return file.refuse("is not a regular file; remove it or configure another path");
  }
  if (status.st_uid != ::geteuid()) {
    return file.refuse(
        "belongs to another user; give it to the one that the server runs as (chown)");
  }
  if ((status.st_mode & rights_of_others) != 0) {
    return file.refuse("is open to other users (mode " + octal(status.st_mode & 07777) +
                       "); if nobody has read it, run: chmod 600 " + file.path().string());
  }
  return {};
}

result<std::string> read_text(const secret_file& file, int descriptor, std::size_t bytes_max) {
  // A byte more than the longest file, to see that there is no more.
  std::string text(bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(descriptor, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse_after(file, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

// Nothing if there is no such file.
result<std::optional<file_descriptor>> open_ours(const secret_file& file) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  file_descriptor opened{
      ::open(file.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!opened.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    if (errno == ELOOP) {
      return file.refuse("is a symbolic link; configure the path of the file that it leads to");
    }
    return refuse_after(file, "cannot be opened");
  }
  if (auto ours = check_ownership(file, opened.get()); !ours) {
    return tl::unexpected{std::move(ours).error()};
  }
  return std::optional{std::move(opened)};
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path{"."};
}

// A new name in a folder is only durable once the folder is.
bool sync_folder(const fs::path& folder) {
  const file_descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return opened.is_open() && ::fsync(opened.get()) == 0;
}

bool make_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return true;
  const fs::path parent = folder_of(folder);
  if (parent != folder && !make_folder(parent)) return false;
  // Another process may have made it meanwhile.
  if (::mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST) return false;
  return sync_folder(parent);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

fs::path draft_of(const fs::path& file) {
  fs::path draft = file;
  draft += '.';
  draft += encode_base64url(random_bytes<16>());
  return draft;
}

/// Makes the file under the name of a draft, complete and on the disk.
result<void> write_draft(const secret_file& file, const fs::path& draft, std::string_view text) {
  const file_descriptor opened{
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode)};
  if (!opened.is_open()) return refuse_after(file, "cannot be made");
  if (!write_all(opened.get(), text) || ::fsync(opened.get()) != 0) {
    return refuse_after(file, "cannot be written");
  }
  return {};
}

result<void> replace(const secret_file& file, std::string_view text) {
  const fs::path draft = draft_of(file.path());
  const removed_at_exit cleanup{draft};
  if (auto written = write_draft(file, draft, text); !written) return written;
  if (::rename(draft.c_str(), file.path().c_str()) != 0) {
    return refuse_after(file, "cannot be replaced");
  }
  if (!sync_folder(folder_of(file.path())))
    return refuse_after(file, "its folder cannot be synced");
  return {};
}

/// Whether the name still leads to the file that was opened.
bool is_still_there(const fs::path& file, int descriptor) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::lstat(file.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// The file, locked (flock(2)) until it is closed. Whoever waited for the lock may hold that of a
/// file that was replaced meanwhile, and tries again.
result<file_descriptor> lock(const secret_file& file) {
  for (;;) {
    auto opened = open_ours(file);
    if (!opened) return tl::unexpected{std::move(opened).error()};
    if (!*opened) {
      return file.refuse("is missing; the server makes it when it starts for the first time");
    }
    while (::flock((*opened)->get(), LOCK_EX) != 0) {
      if (errno != EINTR) return refuse_after(file, "cannot be locked");
    }
    if (is_still_there(file.path(), (*opened)->get())) return **std::move(opened);
  }
}

} // namespace

tl::unexpected<error> secret_file::refuse(std::string_view why) const {
  return fail(errc::internal, {}, what_ + " " + path_.string() + ": " + std::string{why});
}

result<std::optional<std::string>> secret_file::find(std::size_t bytes_max) const {
  const auto opened = open_ours(*this);
  if (!opened) return tl::unexpected{opened.error()};
  if (!*opened) return std::nullopt;
  return read_text(*this, (*opened)->get(), bytes_max).map([](std::string&& text) {
    return std::optional{std::move(text)};
  });
}

// It is link(2) that gives the name, because it fails, where rename(2) would replace, if another
// process was faster: then the other one's secret is the secret.
result<void> secret_file::make(std::string_view text) const {
  const fs::path folder = folder_of(path_);
  if (!make_folder(folder)) return refuse_after(*this, "its folder cannot be made");
  const fs::path draft = draft_of(path_);
  const removed_at_exit cleanup{draft};
  if (auto written = write_draft(*this, draft, text); !written) return written;
  if (::link(draft.c_str(), path_.c_str()) != 0 && errno != EEXIST)
    return refuse_after(*this, "cannot be given its name");
  if (!sync_folder(folder)) return refuse_after(*this, "its folder cannot be synced");
  return {};
}

result<void> secret_file::change(std::size_t bytes_max, const change_function& change) const {
  const auto locked = lock(*this);
  if (!locked) return tl::unexpected{locked.error()};
  return read_text(*this, locked->get(), bytes_max)
      .and_then(change)
      .and_then([this](const std::string& text) { return replace(*this, text); });
}

} // namespace maque::security

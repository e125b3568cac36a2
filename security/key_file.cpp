#include "security/key_file.hpp"

#include "security/base64url.hpp"
#include "security/random.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace maque::security {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t key_characters = 43;
static_assert(base64url_decoded_size(key_characters) == key_bytes);

constexpr mode_t file_mode = 0600;
constexpr mode_t folder_mode = 0700;
constexpr mode_t rights_of_others = 0077;

class file_descriptor {
public:
  explicit file_descriptor(int value) noexcept : value_{value} {}
  ~file_descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  file_descriptor(const file_descriptor&) = delete;
  file_descriptor& operator=(const file_descriptor&) = delete;

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

tl::unexpected<error> refuse_file(const fs::path& file, std::string_view why) {
  return fail(errc::internal, {}, "signing key " + file.string() + ": " + std::string{why});
}

// For a system call that has just failed.
tl::unexpected<error> refuse_file_after(const fs::path& file, std::string_view what) {
  const std::error_code reason{errno, std::generic_category()};
  return refuse_file(file, std::string{what} + ": " + reason.message());
}

std::string octal(mode_t mode) {
  std::string digits{"0000"};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, mode >>= 3) {
    *digit = static_cast<char>('0' + (mode & 7));
  }
  return digits;
}

result<void> check_ownership(const fs::path& file, int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return refuse_file_after(file, "cannot be examined");
  if (!S_ISREG(status.st_mode)) {
    return refuse_file(file, "is not a regular file; remove it or configure another path");
  }
  if (status.st_uid != ::geteuid()) {
    return refuse_file(
        file, "belongs to another user; give it to the one that the server runs as (chown)");
  }
  if ((status.st_mode & rights_of_others) != 0) {
    return refuse_file(file, "is open to other users (mode " + octal(status.st_mode & 07777) +
                                 "); if nobody has read it, run: chmod 600 " + file.string());
  }
  return {};
}

result<secret> read_key(const fs::path& file, int descriptor) {
  // A byte more than the key with its newline, to see that there is no more.
  std::array<char, key_characters + 2> buffer{};
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = ::read(descriptor, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse_file_after(file, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }

  std::string_view text{buffer.data(), size};
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != key_characters || !decode_base64url(text)) {
    return refuse_file(file,
                       "is not " + std::to_string(key_characters) +
                           " characters of base64url: it was cut, or never was a signing key. "
                           "Restore it from a backup, or remove it to have a new one made, which "
                           "logs everyone out");
  }
  return secret{std::string{text}};
}

// Nothing if there is no such file.
result<std::optional<secret>> find_key(const fs::path& file) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const file_descriptor opened{
      ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!opened.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    if (errno == ELOOP) {
      return refuse_file(file,
                         "is a symbolic link; configure the path of the file that it leads to");
    }
    return refuse_file_after(file, "cannot be opened");
  }
  if (auto ours = check_ownership(file, opened.get()); !ours) {
    return tl::unexpected{std::move(ours).error()};
  }
  return read_key(file, opened.get()).map([](secret&& key) {
    return std::optional{std::move(key)};
  });
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

// The key is written under another name and gets its real one when it is complete and durable. It
// is link(2) that gives the name, because it fails, where rename(2) would replace, if another
// process was faster: then the other one's key is the key.
result<void> make_key(const fs::path& file) {
  if (!make_folder(folder_of(file))) return refuse_file_after(file, "its folder cannot be made");

  fs::path draft = file;
  draft += '.';
  draft += encode_base64url(random_bytes<16>());
  const file_descriptor opened{
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode)};
  if (!opened.is_open()) return refuse_file_after(file, "cannot be made");
  const removed_at_exit cleanup{draft};

  const std::string key = encode_base64url(random_bytes<key_bytes>()) + '\n';
  if (!write_all(opened.get(), key) || ::fsync(opened.get()) != 0) {
    return refuse_file_after(file, "cannot be written");
  }
  if (::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST) {
    return refuse_file_after(file, "cannot be given its name");
  }
  if (!sync_folder(folder_of(file))) return refuse_file_after(file, "its folder cannot be synced");
  return {};
}

} // namespace

result<secret> load_or_create_key_file(const fs::path& file) {
  auto found = find_key(file);
  if (found && !*found) {
    if (auto made = make_key(file); !made) return tl::unexpected{std::move(made).error()};
    found = find_key(file);
  }
  if (!found) return tl::unexpected{std::move(found).error()};
  if (!*found) return refuse_file(file, "was removed by somebody while it was made");
  return **std::move(found);
}

} // namespace maque::security

#include "part_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace maque {
namespace {

namespace fs = std::filesystem;

tl::unexpected<error> failed(std::string_view name, std::string_view what) {
  const std::string why = std::generic_category().message(errno);
  return fail(errc::internal, {}, std::string{name} + ": " + std::string{what} + ": " + why);
}

fs::path part_of(fs::path file) {
  file += ".part";
  return file;
}

bool is_there(const fs::path& file) {
  struct stat unused {};
  return ::lstat(file.c_str(), &unused) == 0;
}

/// Names are on the disk when their folder is.
result<void> sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed(folder.string(), "can't be opened");
  const int outcome = ::fsync(descriptor);
  ::close(descriptor);
  return outcome == 0 ? result<void>{} : failed(folder.string(), "can't be forced to the disk");
}

} // namespace

part_file::part_file(fs::path file, int descriptor)
    : file_{std::move(file)}, part_{part_of(file_)}, descriptor_{descriptor} {}

part_file::~part_file() {
  if (owned_) ::unlink(part_.c_str());
  ::close(descriptor_);
}

result<std::unique_ptr<part_file>> part_file::create(const fs::path& file, bool overwrite) {
  if (!overwrite && is_there(file))
    return fail(errc::conflict, {}, file.string() + ": is there already; --force replaces it");
  const fs::path part = part_of(file);
  const int descriptor =
      ::open(part.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return failed(part.string(), "can't be opened");
  std::unique_ptr<part_file> made{new part_file{file, descriptor}};
  return made->own().map([&] { return std::move(made); });
}

/// What a process has left behind that was killed is taken over; what one is writing is not.
result<void> part_file::own() {
  struct stat opened {};
  struct stat named {};
  // Who had the lock before may have given the file its name meanwhile.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 || ::fstat(descriptor_, &opened) != 0 ||
      ::lstat(part_.c_str(), &named) != 0 || opened.st_ino != named.st_ino)
    return fail(errc::conflict, {}, part_.string() + ": another process is writing it");
  if (::fchmod(descriptor_, S_IRUSR | S_IWUSR) != 0 || ::ftruncate(descriptor_, 0) != 0)
    return failed(part_.string(), "can't be emptied");
  owned_ = true;
  return {};
}

result<void> part_file::append(std::string_view bytes) {
  return write_all(descriptor_, bytes, part_.string());
}

result<void> part_file::complete() {
  if (::fsync(descriptor_) != 0) return failed(part_.string(), "can't be forced to the disk");
  if (::rename(part_.c_str(), file_.c_str()) != 0)
    return failed(file_.string(), "can't get its name");
  owned_ = false;
  return sync_folder_of(file_);
}

result<void> write_all(int descriptor, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(name, "can't be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

} // namespace maque

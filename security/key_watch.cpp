#include "security/key_watch.hpp"

#include <sys/stat.h>
#include <utility>

namespace maque::security {

std::optional<key_watch::file_stamp> key_watch::examine() const {
  struct stat status {};
  if (::lstat(file_.c_str(), &status) != 0) return std::nullopt;
  return file_stamp{static_cast<std::int64_t>(status.st_dev),
                    static_cast<std::int64_t>(status.st_ino),
                    status.st_size,
                    status.st_mtim.tv_sec,
                    status.st_mtim.tv_nsec,
                    status.st_ctim.tv_sec,
                    status.st_ctim.tv_nsec};
}

result<std::optional<key_ring>> key_watch::look() {
  // Before the file is read: what is written meanwhile is noticed by the next look.
  const auto stamp = examine();
  if (stamp && stamp == seen_) return std::nullopt;
  auto ring = load_key_ring(file_, lifetimes_);
  if (!ring) return tl::unexpected{std::move(ring).error()};
  seen_ = stamp;
  return std::optional{*std::move(ring)};
}

} // namespace maque::security

#pragma once

#include "security/key_store.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace maque::security {

/// Notices that the file of the keys was changed.
class key_watch {
public:
  key_watch(std::filesystem::path file, const token_lifetimes& lifetimes)
      : file_{std::move(file)}, lifetimes_{lifetimes} {}

  /// The keys, if this is the first look or the file is another one than at the last. Fails as
  /// load_key_ring() does, again with each look, until the file can be read.
  result<std::optional<key_ring>> look();

private:
  /// What changes with each replacement and each write: device, inode, size, times.
  using file_stamp = std::array<std::int64_t, 7>;

  std::optional<file_stamp> examine() const;

  std::filesystem::path file_;
  token_lifetimes lifetimes_;
  std::optional<file_stamp> seen_;
};

} // namespace maque::security

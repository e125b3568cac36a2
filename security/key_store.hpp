#pragma once

#include "domain/time.hpp"
#include "security/key_ring.hpp"

#include <chrono>
#include <filesystem>

/// The key ring as it is kept in a file. All of these fail with internal and a cause that names the
/// file and says what to do.
namespace maque::security {

/// Refuses a file that is missing, that others can read, that is cut or that isn't ours.
result<key_ring> load_key_ring(const std::filesystem::path& file, const token_lifetimes& lifetimes);

/// The same; a missing file is made with one key (mode 0600, durable before it is used), with its
/// folder (mode 0700). Two processes that start at once end up with the same key. The text of a
/// file with one key for HS256 is the master secret: configured instead of the file, it gives the
/// same keys.
result<key_ring> load_or_create_key_ring(const std::filesystem::path& file, key_algorithm first,
                                         const token_lifetimes& lifetimes);

struct key_rotation {
  /// Nothing: that of the newest key.
  std::optional<key_algorithm> algorithm;
  utc_time now;
  /// From now on until the new key signs; every server has to have read the file by then.
  std::chrono::seconds activation;
  token_lifetimes lifetimes;
};

/// Adds a new key to the file and drops those whose last token has ended, durably and at once: of
/// two rotations at the same time both are kept. Returns the new key. Also fails if there are
/// limits::signing_keys already.
result<timed_key> rotate_keys(const std::filesystem::path& file, const key_rotation& order);

} // namespace maque::security

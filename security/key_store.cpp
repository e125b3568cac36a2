#include "security/key_store.hpp"

#include "domain/limits.hpp"
#include "security/key_file.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace maque::security {

namespace {

namespace fs = std::filesystem;

timed_key restore(const stored_key& stored) {
  // Its master secret was checked when the file was read.
  timed_key key{.key = derive_signing_key(stored.master, stored.algorithm).value()};
  if (stored.signs_from != utc_time{}) key.signs_from = stored.signs_from;
  return key;
}

key_ring restore(const std::vector<stored_key>& stored, const token_lifetimes& lifetimes) {
  std::vector<timed_key> keys;
  keys.reserve(stored.size());
  for (const stored_key& each : stored) {
    keys.push_back(restore(each));
  }
  return make_key_ring(std::move(keys), lifetimes);
}

/// Without those of which no token is left.
std::vector<stored_key> drop_ended(std::vector<stored_key> stored, const key_rotation& order) {
  const key_ring ring = restore(stored, order.lifetimes);
  // They end in their order, and the last one never does.
  const auto kept = std::ranges::find_if(ring.keys(), [&order](const timed_key& key) {
    return order.now < std::max(key.access_until, key.refresh_until);
  });
  stored.erase(stored.begin(), stored.begin() + (kept - ring.keys().begin()));
  return stored;
}

stored_key make_next(const stored_key& newest, const key_rotation& order) {
  using std::chrono::seconds;
  const utc_time earliest = std::chrono::ceil<seconds>(order.now + order.activation);
  return make_stored_key(order.algorithm.value_or(newest.algorithm),
                         std::max(earliest, newest.signs_from + seconds{1}));
}

} // namespace

result<key_ring> load_key_ring(const fs::path& file, const token_lifetimes& lifetimes) {
  return read_key_file(file).map([&](const auto& keys) { return restore(keys, lifetimes); });
}

result<key_ring> load_or_create_key_ring(const fs::path& file, key_algorithm first,
                                         const token_lifetimes& lifetimes) {
  return read_or_make_key_file(file, first).map([&](const auto& keys) {
    return restore(keys, lifetimes);
  });
}

result<timed_key> rotate_keys(const fs::path& file, const key_rotation& order) {
  std::optional<stored_key> made;
  const auto add = [&](std::vector<stored_key> keys) -> result<std::vector<stored_key>> {
    keys = drop_ended(std::move(keys), order);
    if (keys.size() >= limits::signing_keys) {
      return fail(errc::internal, {},
                  "signing key " + file.string() + ": has " + std::to_string(keys.size()) +
                      " keys whose tokens may still be in use, and no more are allowed; wait until "
                      "the oldest has ended (maque keys list)");
    }
    made = make_next(keys.back(), order);
    keys.push_back(*made);
    return keys;
  };
  return change_key_file(file, add).map([&made] { return restore(*made); });
}

} // namespace maque::security

#pragma once

#include "domain/ids.hpp"
#include "security/random.hpp"

#include <cstdint>

namespace maque {

/// What commands make the ids of new users with. Lanes number their generators from 0 up, so
/// commands take a worker from the upper end of the range; a random one of it, so that two commands
/// that run at once hardly meet in one millisecond (if they do, the database refuses the second).
inline id_generator make_command_ids() {
  constexpr std::uint32_t workers = 64;
  const std::uint64_t random = security::random_u64();
  const auto offset = static_cast<std::uint32_t>(random % workers);
  return {id_generator::max_worker - offset, security::random_u64()};
}

} // namespace maque

#pragma once

#include "domain/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Passwords as they are stored. New hashes are argon2id (RFC 9106); hashes that were made
/// elsewhere are verified too, so that accounts can be imported, and are outdated from the start.
/// What can be imported:
///
/// - argon2id, version 19, as a PHC string "$argon2id$v=19$m=…,t=…,p=…$salt$hash";
/// - bcrypt "$2a$…", "$2b$…", "$2y$…";
/// - scrypt as passlib writes it, "$scrypt$ln=…,r=…,p=…$salt$hash" with a hash of 32 or 64 bytes,
/// and
///   as crypt(3) does, "$7$…";
/// - PBKDF2 with SHA-256 or SHA-512 as a PHC string "$pbkdf2-sha256$i=…$salt$hash" (",l=…" after i
/// may
///   be there), as passlib writes it, "$pbkdf2-sha256$…$salt$hash", and as Django does,
///   "pbkdf2_sha256$…$salt$hash" (also "pbkdf2_sha512$…"); the hash has 32 or 64 bytes, as the name
///   says.
///
/// bcrypt looks at the first 72 bytes only: as at its origin, a longer password is accepted if it
/// begins alike; the argon2id hash that is made then is of all of it. To all but argon2id a
/// password is the same with bytes 0 behind it (strings in C, HMAC's padding of its key), so one
/// that has a byte 0 never matches them.
namespace maque::security {

/// How new hashes are made: argon2id with one lane, a salt of 16 random bytes, 32 bytes of output.
struct password_parameters {
  std::uint32_t memory_mib = 46; ///< ASVS 11.4.2: at least 46.
  std::uint32_t passes = 1;
};

/// A stored hash that asks for more is not run. All that password_parameters may be set to is
/// within.
inline constexpr std::uint64_t stored_hash_memory_max = 256ULL * 1024 * 1024; // bytes
inline constexpr std::uint32_t stored_hash_passes_max = 16;                   // argon2id
inline constexpr std::uint32_t stored_hash_lanes_max = 16;                    // argon2id
inline constexpr std::uint32_t stored_hash_bcrypt_cost_max = 14;              // about a second
inline constexpr std::uint64_t stored_hash_scrypt_work_max = 1024ULL * 1024 * 1024; // 128 N r p
inline constexpr std::uint32_t stored_hash_pbkdf2_rounds_max = 3'000'000;

/// The PHC string of a password; another one each time. Takes memory_mib while it runs. Throws
/// std::bad_alloc if there is not as much.
std::string hash_password(const secret& password, const password_parameters& parameters);

/// What came out of looking at a stored hash.
struct password_verdict {
  bool matches = false;
  /// Made by another algorithm than new ones, or with less memory or fewer passes: if it matches,
  /// it is to be replaced by a new one.
  bool is_outdated = false;
  /// If the stored hash can't be used: why, for the log; has nothing of its content. Otherwise
  /// empty.
  std::string cause;
};

/// Compares in constant time. Throws std::bad_alloc if there is not the memory that the hash needs.
password_verdict verify_password(const secret& password, std::string_view stored,
                                 const password_parameters& parameters);

/// Whether a hash that comes from elsewhere could be verified here.
bool is_importable(std::string_view stored);

/// The bytes of memory that verifying takes; 0 for a hash that can't be used.
std::uint64_t memory_to_verify(std::string_view stored);

/// A hash of no password, to verify against when there is no account (ASVS 6.3.8): it takes as long
/// as one that was made with these parameters, and nothing matches it. Other random bytes each
/// time.
std::string make_dummy_hash(const password_parameters& parameters);

} // namespace maque::security

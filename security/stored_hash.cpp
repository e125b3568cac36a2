#include "security/stored_hash.hpp"

#include "security/password_hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace maque::security {

namespace {

constexpr std::uint64_t kibibyte = 1024;
// The longest form, PBKDF2-SHA512 with a long salt, has less.
constexpr std::size_t text_bytes_max = 512;
// The state of bcrypt and the tables of crypt(3), of SHA-2: next to nothing.
constexpr std::uint64_t small_memory = 64 * kibibyte;

using fields = std::vector<std::string_view>;

tl::unexpected<error> unusable(std::string why) {
  return fail(errc::invalid_field, {}, std::move(why));
}

fields split(std::string_view text, char separator) {
  fields parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

// Digits only, and none too many: each number has one form.
std::optional<std::uint32_t> read_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  return number;
}

// "m=65536,t=3,p=4": the numbers of exactly these names in this order.
template <std::size_t N>
std::optional<std::array<std::uint32_t, N>>
read_parameters(std::string_view text, const std::array<std::string_view, N>& names) {
  const fields parts = split(text, ',');
  if (parts.size() != N) return std::nullopt;
  std::array<std::uint32_t, N> numbers{};
  for (std::size_t i = 0; i < N; ++i) {
    if (!parts[i].starts_with(names[i])) return std::nullopt;
    const auto number = read_number(parts[i].substr(names[i].size()));
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return numbers;
}

// base64, as PHC strings have it, without padding; passlib has '.' for '+'.
std::optional<std::string> decode(std::string text, int variant) {
  std::ranges::replace(text, '.', '+');
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::optional<std::string> decode(std::string_view text) {
  return decode(std::string{text}, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

// "argon2id", "v=19", "m=…,t=…,p=…", salt, digest
result<stored_hash> parse_argon2id(const fields& parts) {
  if (parts.size() != 5 || parts[1] != "v=19") return unusable("argon2id: not of version 19");
  const auto numbers =
      read_parameters<3>(parts[2], std::array<std::string_view, 3>{"m=", "t=", "p="});
  if (!numbers) return unusable("argon2id: unreadable parameters");
  const auto [memory_kib, passes, lanes] = *numbers;
  if (memory_kib * kibibyte > stored_hash_memory_max || passes > stored_hash_passes_max ||
      lanes > stored_hash_lanes_max)
    return unusable("argon2id: costs more than is allowed");
  // RFC 9106, section 3.1
  if (passes == 0 || lanes == 0 || memory_kib < 8 * lanes)
    return unusable("argon2id: parameters out of their range");
  const auto salt = decode(parts[3]);
  const auto digest = decode(parts[4]);
  if (!salt || salt->size() < 8 || !digest || digest->size() < 16 || digest->size() > 64)
    return unusable("argon2id: unreadable salt or digest");
  return stored_hash{argon2id_hash{memory_kib, passes, lanes}, memory_kib * kibibyte};
}

constexpr std::string_view crypt_alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_of_crypt_alphabet(std::string_view text) {
  return text.find_first_not_of(crypt_alphabet) == std::string_view::npos;
}

// "2b", "12", 22 characters of salt and 31 of digest: crypt(5)
result<stored_hash> parse_bcrypt(const fields& parts) {
  constexpr std::size_t digest_characters = 31;
  if (parts.size() != 3 || parts[1].size() != 2 || parts[2].size() != 22 + digest_characters ||
      !is_of_crypt_alphabet(parts[2]))
    return unusable("bcrypt: unreadable");
  // "05" is how the number is written here.
  const auto cost = read_number(parts[1].substr(parts[1].front() == '0' ? 1 : 0));
  if (!cost || *cost < 4) return unusable("bcrypt: unreadable cost");
  if (*cost > stored_hash_bcrypt_cost_max) return unusable("bcrypt: costs more than is allowed");
  return stored_hash{crypt_hash{digest_characters, 72}, small_memory};
}

// 2 to the power of log_n, if RFC 7914 (section 2) and the limits allow the three.
result<std::uint64_t> check_scrypt(std::uint64_t log_n, std::uint64_t r, std::uint64_t p) {
  constexpr std::uint64_t sane = 1U << 20U;
  if (log_n == 0 || r == 0 || p == 0 || log_n >= 16 * r)
    return unusable("scrypt: parameters out of their range");
  if (log_n > 30 || r > sane || p > sane ||
      128 * r * ((1ULL << log_n) + p) > stored_hash_memory_max)
    return unusable("scrypt: needs more memory than is allowed");
  if (128 * r * p * (1ULL << log_n) > stored_hash_scrypt_work_max)
    return unusable("scrypt: costs more than is allowed");
  return 1ULL << log_n;
}

// "scrypt", "ln=…,r=…,p=…", salt, digest
result<stored_hash> parse_scrypt(const fields& parts) {
  if (parts.size() != 4) return unusable("scrypt: unreadable");
  const auto numbers =
      read_parameters<3>(parts[1], std::array<std::string_view, 3>{"ln=", "r=", "p="});
  if (!numbers) return unusable("scrypt: unreadable parameters");
  const auto [log_n, r, p] = *numbers;
  const auto n = check_scrypt(log_n, r, p);
  if (!n) return tl::unexpected{n.error()};
  auto salt = decode(parts[2]);
  auto digest = decode(parts[3]);
  // Python's sizes; a part of the digest would match as well.
  if (!salt || !digest || (digest->size() != 32 && digest->size() != 64))
    return unusable("scrypt: unreadable salt or digest");
  return stored_hash{scrypt_hash{*n, r, p, std::move(*salt), std::move(*digest)},
                     128ULL * r * (*n + p)};
}

// crypt(3)'s numbers: six bits a character, the lowest first.
std::uint64_t read_crypt_number(std::string_view text) {
  std::uint64_t number = 0;
  for (std::size_t i = text.size(); i-- > 0;)
    number = number * 64 + crypt_alphabet.find(text[i]);
  return number;
}

// "7", a character for the logarithm of N, five each for r and p and then the salt, 43 of digest
result<stored_hash> parse_crypt_scrypt(const fields& parts) {
  constexpr std::size_t digest_characters = 43;
  constexpr std::size_t parameters = 11;
  if (parts.size() != 3 || parts[1].size() < parameters || parts[2].size() != digest_characters ||
      !is_of_crypt_alphabet(parts[1]) || !is_of_crypt_alphabet(parts[2]))
    return unusable("scrypt of crypt(3): unreadable");
  const std::uint64_t r = read_crypt_number(parts[1].substr(1, 5));
  const std::uint64_t p = read_crypt_number(parts[1].substr(6, 5));
  const auto n = check_scrypt(read_crypt_number(parts[1].substr(0, 1)), r, p);
  if (!n) return tl::unexpected{n.error()};
  return stored_hash{crypt_hash{digest_characters, 0}, 128 * r * (*n + p)};
}

result<stored_hash> make_pbkdf2(std::string_view name, std::optional<std::uint32_t> rounds,
                                std::optional<std::string> salt,
                                std::optional<std::string> digest) {
  if (!rounds || *rounds == 0) return unusable("PBKDF2: unreadable number of rounds");
  if (*rounds > stored_hash_pbkdf2_rounds_max)
    return unusable("PBKDF2: costs more than is allowed");
  const auto with = name.ends_with("512") ? pbkdf2_hash::hash::sha512 : pbkdf2_hash::hash::sha256;
  // A part of the digest would match as well, and more of it than the hash has would cost all the
  // rounds once more.
  const std::size_t size = with == pbkdf2_hash::hash::sha512 ? 64 : 32;
  if (!salt || !digest || digest->size() != size)
    return unusable("PBKDF2: unreadable salt or digest");
  return stored_hash{pbkdf2_hash{with, *rounds, std::move(*salt), std::move(*digest)},
                     small_memory};
}

// "pbkdf2-sha256", "i=…", "i=…,l=…" or only a number, salt, digest
result<stored_hash> parse_pbkdf2(const fields& parts) {
  if (parts.size() != 4) return unusable("PBKDF2: unreadable");
  auto digest = decode(parts[3]);
  auto rounds = read_number(parts[1]);
  if (const auto one = read_parameters<1>(parts[1], std::array<std::string_view, 1>{"i="}))
    rounds = one->front();
  const auto two = read_parameters<2>(parts[1], std::array<std::string_view, 2>{"i=", "l="});
  if (two && digest && two->back() == digest->size()) rounds = two->front();
  return make_pbkdf2(parts[0], rounds, decode(parts[2]), std::move(digest));
}

// "pbkdf2_sha256", rounds, the salt as it is, digest with padding
result<stored_hash> parse_django_pbkdf2(const fields& parts) {
  if (parts.size() != 4) return unusable("PBKDF2 of Django: unreadable");
  return make_pbkdf2(parts[0], read_number(parts[1]), std::string{parts[2]},
                     decode(std::string{parts[3]}, sodium_base64_VARIANT_ORIGINAL));
}

struct form {
  std::string_view beginning;
  result<stored_hash> (*parse)(const fields&);
};

constexpr std::array forms{
    form{"$argon2id$", parse_argon2id},
    form{"$2a$", parse_bcrypt},
    form{"$2b$", parse_bcrypt},
    form{"$2y$", parse_bcrypt},
    form{"$scrypt$", parse_scrypt},
    form{"$7$", parse_crypt_scrypt},
    form{"$pbkdf2-sha256$", parse_pbkdf2},
    form{"$pbkdf2-sha512$", parse_pbkdf2},
    form{"pbkdf2_sha256$", parse_django_pbkdf2},
    form{"pbkdf2_sha512$", parse_django_pbkdf2},
};

} // namespace

result<stored_hash> parse_stored_hash(std::string_view text) {
  // Those who read it in C would see its beginning only.
  if (text.size() > text_bytes_max || text.find('\0') != std::string_view::npos)
    return unusable("not a password hash");
  const auto known = std::ranges::find_if(
      forms, [text](const form& each) { return text.starts_with(each.beginning); });
  if (known == forms.end()) return unusable("an unknown kind of password hash");
  fields parts = split(text, '$');
  if (text.front() == '$') parts.erase(parts.begin());
  return known->parse(parts);
}

} // namespace maque::security

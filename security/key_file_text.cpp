#include "security/key_file_text.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/random.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace maque::security {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t key_characters = 43;
static_assert(base64url_decoded_size(key_characters) == key_bytes);

constexpr std::string_view beginning = "maque-keys 1 ";
constexpr std::uint64_t seconds_max = 253'402'300'800; // the year 10000
constexpr std::size_t line_bytes_max = 64 + key_characters;

bool is_master(std::string_view text) {
  return text.size() == key_characters && decode_base64url(text);
}

std::uint64_t seconds_of(const stored_key& key) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(key.signs_from).time_since_epoch().count());
}

/// What stands before `end`, and takes both from the front.
std::optional<std::string_view> take_until(char end, std::string_view& text) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

std::optional<stored_key> parse_key(std::string_view line) {
  const auto algorithm = parse_key_algorithm(take_until(' ', line).value_or(""));
  const auto seconds = take_until(' ', line);
  if (!algorithm || !seconds || !is_master(line)) return std::nullopt;
  std::uint64_t number = 0;
  const auto* const end = seconds->data() + seconds->size();
  const auto [stop, failure] = std::from_chars(seconds->data(), end, number);
  if (failure != std::errc{} || stop != end || number >= seconds_max) return std::nullopt;
  return stored_key{*algorithm, utc_time{std::chrono::seconds{number}}, secret{std::string{line}}};
}

std::optional<std::vector<stored_key>> parse_lines(std::string_view text) {
  std::vector<stored_key> keys;
  while (const auto line = take_until('\n', text)) {
    auto key = parse_key(*line);
    if (!key || (!keys.empty() && key->signs_from <= keys.back().signs_from)) return std::nullopt;
    keys.push_back(*std::move(key));
  }
  if (!text.empty() || keys.empty() || keys.size() > limits::signing_keys) return std::nullopt;
  return keys;
}

} // namespace

std::size_t key_file_bytes_max() noexcept {
  return (limits::signing_keys + 1) * line_bytes_max;
}

std::string format_keys(std::span<const stored_key> keys) {
  const stored_key& first = keys.front();
  if (keys.size() == 1 && first.algorithm == key_algorithm::hs256 && seconds_of(first) == 0) {
    return first.master.reveal() + '\n';
  }
  std::string text{beginning};
  text += std::to_string(keys.size()) + '\n';
  for (const stored_key& key : keys) {
    text.append(to_string(key.algorithm)).append(" ").append(std::to_string(seconds_of(key)));
    text.append(" ").append(key.master.reveal()).append("\n");
  }
  return text;
}

std::optional<std::vector<stored_key>> parse_keys(std::string_view text) {
  std::string_view whole = text;
  if (whole.ends_with('\n')) whole.remove_suffix(1);
  if (is_master(whole)) return std::vector{stored_key{.master = secret{std::string{whole}}}};

  std::string_view lines = text;
  if (!take_until('\n', lines).value_or("").starts_with(beginning)) return std::nullopt;
  auto keys = parse_lines(lines);
  // The number of keys, and every other spelling.
  if (!keys || format_keys(*keys) != text) return std::nullopt;
  return keys;
}

stored_key make_stored_key(key_algorithm algorithm, utc_time signs_from) {
  return {algorithm, signs_from, secret{encode_base64url(random_bytes<key_bytes>())}};
}

} // namespace maque::security

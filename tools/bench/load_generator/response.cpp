#include "load_generator/response.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace maque::bench {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is(std::string_view name, std::string_view lower_case) noexcept {
  return std::ranges::equal(name, lower_case, {}, lower);
}

std::size_t read_number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (failure != std::errc{} || stop == text.data()) throw std::runtime_error{"no length"};
  return value;
}

struct framing {
  std::size_t length = 0;
  bool chunked = false;
  bool keeps_alive = true;
};

framing read_fields(std::string_view fields) {
  framing found;
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find(line_end));
    fields.remove_prefix(std::min(fields.size(), line.size() + line_end.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) throw std::runtime_error{"no header field"};
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    if (is(name, "content-length")) found.length = read_number(value, 10);
    if (is(name, "transfer-encoding")) found.chunked = is(value, "chunked");
    if (is(name, "connection")) found.keeps_alive = !is(value, "close");
  }
  return found;
}

/// How many bytes the chunks are; none if the last one is missing.
std::optional<std::size_t> read_chunks(std::string_view bytes, std::string& joined) {
  joined.clear();
  std::size_t at = 0;
  while (true) {
    const std::size_t end = bytes.find(line_end, at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t size = read_number(bytes.substr(at, end - at), 16);
    at = end + line_end.size();
    if (bytes.size() < at + size + line_end.size()) return std::nullopt;
    joined += bytes.substr(at, size);
    at += size + line_end.size();
    if (size == 0) return at;
  }
}

} // namespace

std::optional<response> read_response(std::string_view bytes, std::string& joined) {
  const std::size_t end = bytes.find(header_end);
  if (end == std::string_view::npos) return std::nullopt;
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!bytes.starts_with(version)) throw std::runtime_error{"no HTTP/1.1"};

  response read;
  read.status = static_cast<int>(read_number(bytes.substr(version.size(), 3), 10));
  const std::size_t fields_at = bytes.find(line_end) + line_end.size();
  const framing found =
      fields_at > end ? framing{} : read_fields(bytes.substr(fields_at, end - fields_at));
  read.keeps_alive = found.keeps_alive;
  read.size = end + header_end.size();
  if (read.status == 304) return read;
  if (found.chunked) {
    const auto size = read_chunks(bytes.substr(read.size), joined);
    if (!size) return std::nullopt;
    read.body = joined;
    read.size += *size;
    return read;
  }
  if (bytes.size() < read.size + found.length) return std::nullopt;
  read.body = bytes.substr(read.size, found.length);
  read.size += found.length;
  return read;
}

} // namespace maque::bench

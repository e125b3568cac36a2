#include "wechat_simulator/png.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace maque::wechat_simulator {
namespace {

constexpr std::uint32_t cells = 25; // along each side
constexpr std::size_t stored_block_bytes = 65'535;

void append_big_endian(std::string& to, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0})
    to += static_cast<char>((number >> shift) & 0xFFU);
}

/// CRC-32 as in the PNG specification, annex D.
std::uint32_t crc_of(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t n = 0; n < made.size(); ++n) {
      std::uint32_t c = n;
      for (int bit = 0; bit < 8; ++bit)
        c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1U) : c >> 1U;
      made[n] = c;
    }
    return made;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes)
    crc = table[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

/// Adler-32 (RFC 1950, section 9).
std::uint32_t adler_of(std::string_view bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<std::uint8_t>(byte)) % 65'521U;
    b = (b + a) % 65'521U;
  }
  return b << 16U | a;
}

void append_chunk(std::string& to, std::string_view type, std::string_view data) {
  append_big_endian(to, static_cast<std::uint32_t>(data.size()));
  const std::string typed = std::string{type}.append(data);
  to += typed;
  append_big_endian(to, crc_of(typed));
}

/// A zlib stream of stored blocks (RFC 1950; RFC 1951, section 3.2.4): small enough as it is.
std::string wrap_in_zlib(std::string_view data) {
  std::string stream{"\x78\x01"};
  const std::uint32_t check = adler_of(data);
  do {
    const auto size = static_cast<std::uint16_t>(std::min(data.size(), stored_block_bytes));
    stream += static_cast<char>(size == data.size());
    for (const std::uint16_t number : {size, static_cast<std::uint16_t>(~size)}) {
      stream += static_cast<char>(number & 0xFFU);
      stream += static_cast<char>(number >> 8U);
    }
    stream += data.substr(0, size);
    data.remove_prefix(size);
  } while (!data.empty());
  append_big_endian(stream, check);
  return stream;
}

/// Whether a cell is dark: a hash of where it is (splitmix64's last step).
bool is_dark(std::uint64_t seed, std::uint32_t row, std::uint32_t column) {
  std::uint64_t mixed = seed + (row * cells + column + 1U) * 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return ((mixed ^ (mixed >> 31U)) & 1U) != 0;
}

std::string draw_row(std::uint32_t width, std::uint32_t cell_row, std::uint64_t seed) {
  std::string row((width + 7) / 8 + 1, '\0'); // the first byte: no filter
  for (std::uint32_t x = 0; x < width; ++x)
    if (is_dark(seed, cell_row, x * cells / width))
      row[x / 8 + 1] =
          static_cast<char>(static_cast<std::uint8_t>(row[x / 8 + 1]) | 0x80U >> x % 8);
  return row;
}

} // namespace

std::string draw_code(std::uint32_t width, std::uint64_t seed, bool transparent) {
  std::string header;
  append_big_endian(header, width);
  append_big_endian(header, width);
  header.append("\x01\x03\x00\x00\x00", 5); // one bit of a palette, no interlace

  std::string pixels;
  for (std::uint32_t y = 0; y < width; ++y)
    pixels += draw_row(width, y * cells / width, seed);

  std::string png{"\x89PNG\r\n\x1A\n"};
  append_chunk(png, "IHDR", header);
  append_chunk(png, "PLTE", {"\xFF\xFF\xFF\x00\x00\x00", 6});
  if (transparent) append_chunk(png, "tRNS", {"\x00", 1});
  append_chunk(png, "IDAT", wrap_in_zlib(pixels));
  append_chunk(png, "IEND", {});
  return png;
}

} // namespace maque::wechat_simulator

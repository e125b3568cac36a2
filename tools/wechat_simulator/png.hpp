#pragma once

#include <cstdint>
#include <string>

namespace maque::wechat_simulator {

/// A square PNG of `width` pixels with the pattern of a code, another one for another `seed`. It is
/// no code that a phone could read. (PNG, second edition: palette of two colours, one bit a pixel.)
/// @param transparent the light colour
std::string draw_code(std::uint32_t width, std::uint64_t seed, bool transparent);

} // namespace maque::wechat_simulator

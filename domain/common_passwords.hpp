#pragma once

#include <span>
#include <string_view>

namespace maque {

/// The passwords that are tried first by whoever guesses, as far as they are long enough to be set
/// at all: at least 3,000 (ASVS 6.2.4), in lower case, in ascending order. Where they are from:
/// domain/data/README.md.
std::span<const std::string_view> common_passwords() noexcept;

} // namespace maque

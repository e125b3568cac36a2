#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"

#include <filesystem>

namespace maque::security {

/// The text of a key file: 32 random bytes in base64url. See load_or_create_signing_key() for what
/// is promised.
result<secret> load_or_create_key_file(const std::filesystem::path& file);

} // namespace maque::security

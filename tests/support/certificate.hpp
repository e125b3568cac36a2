#pragma once

#include <filesystem>
#include <string>

namespace maque::test {

/// Writes a new self-signed certificate and its key, in PEM.
/// @param subject_alternative_name e.g. "IP:127.0.0.1"
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const std::string& subject_alternative_name);

} // namespace maque::test

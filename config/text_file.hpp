#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace maque::config {

/// Why a file could not be read.
struct file_failure {
  bool missing = false;
  std::size_t line = 0; ///< 0: the file as a whole.
  std::string what;
};

/// Reads a file of UTF-8 text of at most 1 MiB, without a byte order mark.
tl::expected<std::string, file_failure> read_text_file(const std::filesystem::path& file);

} // namespace maque::config

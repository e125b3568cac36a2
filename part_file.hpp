#pragma once

#include "domain/errors.hpp"

#include <filesystem>
#include <memory>
#include <string_view>

namespace maque {

/// A file that comes into being complete or not at all: it is written as FILE.part, readable by its
/// owner only, and gets its name when it is on the disk. Removed if it isn't completed.
class part_file {
public:
  /// Fails with conflict if the file is there and `overwrite` is false, or if another process is
  /// writing it.
  static result<std::unique_ptr<part_file>> create(const std::filesystem::path& file,
                                                   bool overwrite);
  ~part_file();
  part_file(const part_file&) = delete;
  part_file& operator=(const part_file&) = delete;

  /// Where it is until it is complete: empty at first.
  const std::filesystem::path& path() const noexcept { return part_; }

  result<void> append(std::string_view bytes);
  result<void> complete();

private:
  part_file(std::filesystem::path file, int descriptor);
  result<void> own();

  std::filesystem::path file_;
  std::filesystem::path part_;
  int descriptor_;
  bool owned_ = false; ///< Nobody else writes to it.
};

/// All of `bytes`. @param name for people.
result<void> write_all(int descriptor, std::string_view bytes, std::string_view name);

} // namespace maque

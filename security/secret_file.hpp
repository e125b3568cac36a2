#pragma once

#include "domain/errors.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace maque::security {

/// A file with a secret: nobody but its owner may read it, and it is never seen half-written. All
/// that can fail does so with internal and a cause that names the file and says what to do.
class secret_file {
public:
  /// @param what it is, for the causes: "signing key".
  secret_file(std::string what, std::filesystem::path path)
      : what_{std::move(what)}, path_{std::move(path)} {}

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Its text, a byte more than `bytes_max` of it at most; nothing if there is no such file.
  /// Refuses one that belongs to, or is open to, other users.
  result<std::optional<std::string>> find(std::size_t bytes_max) const;

  /// Makes it (mode 0600, durable before it has its name), with its folder (mode 0700) if that is
  /// missing. If another process was faster, its file stays.
  result<void> make(std::string_view text) const;

  /// Puts what `change` makes of the text in its place, at once and durably; its failure is handed
  /// on and leaves the file as it is. Of two that change it at once, one waits. Refuses as find(),
  /// and if there is no such file.
  using change_function = std::function<result<std::string>(const std::string& text)>;
  result<void> change(std::size_t bytes_max, const change_function& change) const;

  /// A failure: "<what> <path>: <why>".
  tl::unexpected<error> refuse(std::string_view why) const;

private:
  std::string what_;
  std::filesystem::path path_;
};

} // namespace maque::security

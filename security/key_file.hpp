#pragma once

#include "domain/errors.hpp"
#include "security/key_file_text.hpp"

#include <filesystem>
#include <functional>
#include <vector>

/// The file that holds the master secrets; key_file_text.hpp has its form. All of these fail with
/// internal and a cause that names the file and says what to do.
namespace maque::security {

/// Refuses a file that others can read, that is cut or that isn't ours.
result<std::vector<stored_key>> read_key_file(const std::filesystem::path& path);

/// The same; if the file doesn't exist it is made with one key, which has always signed (mode 0600,
/// durable before it is used), with its folder (mode 0700) if that is missing. Two processes that
/// start at once end up with the same key.
result<std::vector<stored_key>> read_or_make_key_file(const std::filesystem::path& path,
                                                      key_algorithm first);

/// Puts what `change` makes of the keys in their place, at once and durably; its failure is handed
/// on and leaves the file as it is. Of two that change it at once, one waits.
using key_change = std::function<result<std::vector<stored_key>>(std::vector<stored_key>)>;
result<void> change_key_file(const std::filesystem::path& path, const key_change& change);

} // namespace maque::security

#include "security/key_file.hpp"

#include "security/secret_file.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maque::security {

namespace {

namespace fs = std::filesystem;

secret_file file_of(const fs::path& file) {
  return {"signing key", file};
}

result<std::vector<stored_key>> parse(const secret_file& file, const std::string& text) {
  auto keys = parse_keys(text);
  if (keys) return *std::move(keys);
  return file.refuse("is neither 43 characters of base64url nor what `maque keys rotate` "
                     "writes: it was cut, or never was a key file. Restore it from a backup, "
                     "or remove it to have a new one made, which logs everyone out");
}

// Nothing if there is no such file.
result<std::optional<std::vector<stored_key>>> find_keys(const secret_file& file) {
  auto text = file.find(key_file_bytes_max());
  if (!text) return tl::unexpected{std::move(text).error()};
  if (!*text) return std::nullopt;
  return parse(file, **text).map([](std::vector<stored_key>&& keys) {
    return std::optional{std::move(keys)};
  });
}

} // namespace

result<std::vector<stored_key>> read_key_file(const fs::path& path) {
  const secret_file file = file_of(path);
  auto found = find_keys(file);
  if (!found) return tl::unexpected{std::move(found).error()};
  if (!*found) return file.refuse("is missing");
  return **std::move(found);
}

result<std::vector<stored_key>> read_or_make_key_file(const fs::path& path, key_algorithm first) {
  const secret_file file = file_of(path);
  auto found = find_keys(file);
  if (!found) return tl::unexpected{std::move(found).error()};
  if (*found) return **std::move(found);
  const std::vector only{make_stored_key(first, utc_time{})};
  if (auto made = file.make(format_keys(only)); !made) {
    return tl::unexpected{std::move(made).error()};
  }
  return read_key_file(path);
}

result<void> change_key_file(const fs::path& path, const key_change& change) {
  const secret_file file = file_of(path);
  return file.change(key_file_bytes_max(), [&](const std::string& text) {
    return parse(file, text).and_then(change).map([](const std::vector<stored_key>& keys) {
      return format_keys(keys);
    });
  });
}

} // namespace maque::security

#pragma once

#include "domain/storage.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace maque::db {

/// What config_editor needs of an engine, inside a transaction in which nobody else changes the
/// configuration.
class config_tables {
public:
  virtual ~config_tables() = default;

  virtual result<std::uint64_t> newest_version() = 0;
  /// Neither a published value nor a draft, if there is no such key.
  virtual result<config_item> item(const std::string& key) = 0;
  virtual result<std::optional<config_version>> version_of(const std::string& key,
                                                           std::uint64_t version) = 0;
  /// Appends a version and makes it what is published.
  virtual result<void> append(const std::string& key, const config_version& made) = 0;
  virtual result<void> put_draft(const std::string& key, const config_draft& draft) = 0;
  virtual result<void> remove_draft(const std::string& key) = 0;
};

/// Changes the live configuration; the same rules for all engines: see domain/storage.hpp.
class config_editor {
public:
  /// @param tables must outlive this.
  explicit config_editor(config_tables& tables) : tables_{tables} {}

  result<std::uint64_t> perform(const set_config_value& request);
  result<config_item> perform(const save_config_draft& request);
  result<config_item> perform(const publish_config_value& request);
  result<config_item> perform(const remove_config_value& request);
  result<config_item> perform(const discard_config_draft& request);
  result<config_item> perform(const roll_back_config_value& request);

private:
  /// The item, if it is at the version that the edit begins from.
  result<config_item> begin(const config_edit& edit);
  /// Makes a new version, unless it would change nothing.
  result<void> append(const config_item& from, std::optional<config_content> content,
                      const config_change& by);

  config_tables& tables_;
};

} // namespace maque::db

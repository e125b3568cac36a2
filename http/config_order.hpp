#pragma once

#include "domain/config_value.hpp"
#include "domain/storage.hpp"
#include "http/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace maque::http {

/// What an operator's request says of a content. What is absent stays as it is.
struct content_patch {
  std::optional<std::string> json{};
  std::optional<std::string> description{};
  std::optional<config_visibility> visibility{};
  /// Inside: nothing, to serve everybody.
  std::optional<std::optional<config_targeting>> targeting{};
  std::optional<std::string> otherwise{};
  std::optional<std::optional<std::string>> schema{}; ///< Inside: nothing, to have none.
};

/// What an operator's request about one key says.
struct config_order {
  config_edit edit; ///< By whoever is signed in, now.
  content_patch patch{};
  std::optional<std::uint64_t> draft_revision{};
  std::uint64_t version = 0; ///< To go back to.
};

enum class order_kind : std::uint8_t { save_draft, publish_draft, publish_content, roll_back };

/// Reads the body of a request. Fails with invalid_field and the like.
result<config_order> read_config_order(const exchange& asked, order_kind kind);

/// Reads the query of a DELETE: base_version, note, draft_revision.
result<config_order> read_config_removal(const exchange& asked);

/// The key that the path names. Fails with invalid_field.
result<std::string> read_config_key(const exchange& asked);

/// A whole number in the query. Fails with invalid_field.
result<std::optional<std::uint64_t>> read_query_number(const exchange& asked,
                                                       std::string_view name);

/// The content with the patch over it, checked and without blanks. Fails with invalid_field,
/// invalid_json, body_too_large, config_schema_invalid, config_value_invalid.
/// @param before nothing: the key is new.
result<config_content> apply(const content_patch& patch, const std::string& key,
                             const std::optional<config_content>& before);

} // namespace maque::http

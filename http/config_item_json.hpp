#pragma once

#include "domain/storage.hpp"

#include <string>

/// The live configuration as operators see it; docs/openapi.yaml has the shapes.
namespace maque::http {

std::string render_config_item(const config_item& item);
/// @param version of all of it.
std::string render_config_items(std::uint64_t version, const std::vector<config_item>& items);
/// @param found has one version more than `limit` if there is another page.
std::string render_config_history(const config_history& found, std::uint32_t limit);
/// The change from one value to the other as a JSON Patch (RFC 6902). A key that was removed has
/// the value null.
std::string render_config_diff(const config_version& from, const config_version& to);

} // namespace maque::http

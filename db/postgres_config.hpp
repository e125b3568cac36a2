#pragma once

#include "db/postgres_connection.hpp"
#include "domain/storage.hpp"

#include <concepts>
#include <optional>
#include <vector>

namespace maque::db {

/// The live configuration; all of these throw what libpqxx throws: for use inside
/// postgres_connection::attempt().

template <class Request>
concept config_write =
    std::same_as<Request, set_config_value> || std::same_as<Request, save_config_draft> ||
    std::same_as<Request, publish_config_value> || std::same_as<Request, remove_config_value> ||
    std::same_as<Request, discard_config_draft> || std::same_as<Request, roll_back_config_value>;

/// Whether its turn comes after everything else in a batch: it locks a table that readers of the
/// newest version don't wait for, but all who write configuration.
bool is_config_write(const write_request& request);

/// @param request one that is_config_write(). With a new version, those who listen to the channel
/// maque_config are notified of it when the transaction is committed.
result<write_outcome> edit_config(postgres_connection& to, const write_request& request);

std::uint64_t newest_config_version(postgres_connection& from);
config_snapshot load_config(postgres_connection& from);
std::vector<config_item> list_config_items(postgres_connection& from);
std::optional<config_item> config_item_of(postgres_connection& from, const std::string& key);
config_history config_history_of(postgres_connection& from, const list_config_history& query);

} // namespace maque::db

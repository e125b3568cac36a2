#pragma once

#include "db/store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace maque::db {

/// The engine that a database.url names; nothing if there is none such. The URL's password is in
/// nothing that the factory says.
/// @param statement_timeout how long one call of a store may wait for the database.
std::unique_ptr<store_factory> make_store_factory(const std::string& url,
                                                  std::chrono::milliseconds statement_timeout);

} // namespace maque::db

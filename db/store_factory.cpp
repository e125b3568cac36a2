#include "db/store_factory.hpp"

#include "db/postgres_store.hpp"
#include "db/sqlite_store.hpp"

#include <string_view>

namespace maque::db {

std::unique_ptr<store_factory> make_store_factory(const std::string& url,
                                                  std::chrono::milliseconds statement_timeout) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url.starts_with(sqlite))
    return make_sqlite_factory(url.substr(sqlite.size()), statement_timeout);
  if (url.starts_with("postgres://") || url.starts_with("postgresql://"))
    return make_postgres_factory(url, statement_timeout);
  return nullptr;
}

} // namespace maque::db

#include "db/sqlite_statement.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace maque::db {

int sqlite_row::columns() const noexcept {
  return sqlite3_column_count(statement_);
}

bool sqlite_row::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t sqlite_row::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_, column);
}

std::string sqlite_row::text(int column) const {
  // The text first: asking for it can change the number of bytes.
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string{} : std::string(bytes, static_cast<std::size_t>(size));
}

std::vector<std::uint8_t> sqlite_row::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::vector<std::uint8_t>{}
                          : std::vector<std::uint8_t>(bytes, bytes + size);
}

sha256_digest sqlite_row::digest(int column) const noexcept {
  sha256_digest digest{};
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) == digest.size()) {
    std::copy_n(bytes, digest.size(), digest.begin());
  }
  return digest;
}

void sqlite_statement::finalizer::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

sqlite_statement::sqlite_statement(sqlite_database& database, std::string sql)
    : database_{&database}, sql_{std::move(sql)} {}

result<void> sqlite_statement::prepare() {
  bind_code_ = SQLITE_OK;
  database_->start_clock();
  if (handle_) return {};
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database_->handle_.get(), sql_.data(), static_cast<int>(sql_.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return tl::unexpected{database_->failure(code)};
  handle_.reset(statement);
  return {};
}

result<bool> sqlite_statement::step() {
  const int code = bind_code_ != SQLITE_OK ? bind_code_ : sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return tl::unexpected{database_->failure(code)};
}

void sqlite_statement::finish() noexcept {
  if (!handle_) return; // It couldn't be prepared.
  // The outcome of a reset is that of the step before it, which was reported.
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

void sqlite_statement::bind(int parameter, std::int64_t value) noexcept {
  note(sqlite3_bind_int64(handle_.get(), parameter, value));
}

void sqlite_statement::bind(int parameter, std::string_view value) noexcept {
  // A null pointer would bind NULL.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  note(sqlite3_bind_text64(handle_.get(), parameter, bytes, value.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
}

void sqlite_statement::bind(int parameter, std::span<const std::uint8_t> value) noexcept {
  note(sqlite3_bind_blob64(handle_.get(), parameter, value.data(), value.size(), SQLITE_STATIC));
}

void sqlite_statement::bind_null(int parameter) noexcept {
  note(sqlite3_bind_null(handle_.get(), parameter));
}

void sqlite_statement::note(int code) noexcept {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

} // namespace maque::db

#include "db/sqlite_database.hpp"

#include "db/sqlite_statement.hpp"

#include <sqlite3.h>

#include <array>
#include <cctype>
#include <fcntl.h>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace maque::db {
namespace {

namespace fs = std::filesystem;

/// Instructions of SQLite's virtual machine between two looks at the clock: some tens of
/// microseconds.
constexpr int instructions_per_clock_check = 1000;

constexpr auto journal_mode_retry_ms = 5;

constexpr int primary_code(int extended_code) noexcept {
  return extended_code & 0xff;
}

/// The connection's or the disk's trouble is database_unavailable; all else is a bug of ours.
errc classify(int code) noexcept {
  switch (primary_code(code)) {
  case SQLITE_BUSY:
  case SQLITE_CANTOPEN:
  case SQLITE_CORRUPT:
  case SQLITE_FULL:
  case SQLITE_INTERRUPT:
  case SQLITE_IOERR:
  case SQLITE_LOCKED:
  case SQLITE_NOLFS:
  case SQLITE_NOMEM:
  case SQLITE_NOTADB:
  case SQLITE_PERM:
  case SQLITE_PROTOCOL:
  case SQLITE_READONLY:
    return errc::database_unavailable;
  default:
    return errc::internal;
  }
}

std::string_view advice(int code) noexcept {
  switch (primary_code(code)) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "; another process holds it for longer than the statement timeout: find and end that "
           "process";
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
    return "; make the file and its folder readable and writable for the user of this process";
  case SQLITE_CORRUPT:
    return "; the file is damaged: restore it from a backup";
  case SQLITE_FULL:
    return "; free some space on its disk";
  case SQLITE_INTERRUPT:
    return "; a statement ran for longer than the statement timeout";
  case SQLITE_IOERR:
    return "; check its disk";
  case SQLITE_NOTADB:
    return "; it is not a SQLite database: choose another file or move it away";
  default:
    return "";
  }
}

error unavailable(const fs::path& file, std::string_view what) {
  return {errc::database_unavailable, {}, file.string() + ": " + std::string{what}, std::nullopt};
}

bool has_content(const fs::path& file) {
  std::error_code ignored;
  const auto size = fs::file_size(file, ignored);
  return !ignored && size > 0;
}

fs::path with_suffix(fs::path file, std::string_view suffix) {
  file += suffix;
  return file;
}

/// A URI (https://sqlite.org/uri.html) under which the file is read without making or changing
/// another one. Without a write-ahead log the file alone is the database, which "immutable" says.
std::string uri_to_look(const fs::path& file) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri.append({'%', hex[byte >> 4], hex[byte & 0xf]});
    } else {
      uri.push_back(c);
    }
  }
  if (!has_content(with_suffix(file, "-wal"))) return uri + "?mode=ro&immutable=1";
  if (has_content(with_suffix(file, "-shm"))) return uri + "?mode=ro&readonly_shm=1";
  return uri + "?mode=ro";
}

/// Makes the folder, and the file for the eyes of its owner only; SQLite gives the same rights to
/// the files that it puts beside it.
result<void> make_file(const fs::path& file) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  if (failed) {
    return tl::unexpected{unavailable(file, "cannot make its folder: " + failed.message())};
  }
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    const std::string why = std::generic_category().message(errno);
    return tl::unexpected{
        unavailable(file, "cannot be opened: " + why + std::string{advice(SQLITE_CANTOPEN)})};
  }
  ::close(descriptor);
  return {};
}

int open_flags(sqlite_access access) noexcept {
  // A connection belongs to one thread: no mutex.
  constexpr int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (access) {
  case sqlite_access::look:
    return always | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  case sqlite_access::read:
    return always | SQLITE_OPEN_READONLY;
  case sqlite_access::write:
  case sqlite_access::copy:
  case sqlite_access::create:
    break;
  }
  return always | SQLITE_OPEN_READWRITE;
}

} // namespace

void sqlite_database::closer::operator()(sqlite3* handle) const noexcept {
  sqlite3_close_v2(handle);
}

sqlite_database::sqlite_database(fs::path file, sqlite_timeouts timeouts)
    : file_{std::move(file)}, timeouts_{timeouts} {}

sqlite_database::~sqlite_database() = default;

result<std::unique_ptr<sqlite_database>>
sqlite_database::open(const fs::path& file, sqlite_access access, sqlite_timeouts timeouts) {
  // An absolute path can't be taken for one of SQLite's special names, such as ":memory:".
  std::error_code failed;
  auto absolute = fs::absolute(file, failed);
  if (failed) return tl::unexpected{unavailable(file, failed.message())};
  if (fs::is_directory(absolute, failed)) {
    return tl::unexpected{unavailable(file, "is a folder: name a file in it")};
  }
  if (access == sqlite_access::create) {
    if (auto made = make_file(absolute); !made) return tl::unexpected{std::move(made.error())};
  }
  std::unique_ptr<sqlite_database> database{new sqlite_database{std::move(absolute), timeouts}};
  return database->connect(access).map([&] { return std::move(database); });
}

result<void> sqlite_database::connect(sqlite_access access) {
  const std::string name = access == sqlite_access::look ? uri_to_look(file_) : file_.string();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, open_flags(access), nullptr);
  handle_.reset(handle); // Even a failed open leaves a handle, which has the message.
  if (code != SQLITE_OK) return tl::unexpected{failure(code)};

  auto ready = harden();
  if (!ready || access == sqlite_access::look || access == sqlite_access::copy) return ready;
  if (access == sqlite_access::read) {
    return run_script("PRAGMA query_only = ON; PRAGMA cache_size = -1024");
  }
  return use_write_ahead_log();
}

result<void> sqlite_database::harden() {
  sqlite3* handle = handle_.get();
  sqlite3_busy_timeout(handle, static_cast<int>(timeouts_.lock.count()));
  sqlite3_progress_handler(
      handle, instructions_per_clock_check,
      [](void* self) {
        return std::chrono::steady_clock::now() > static_cast<sqlite_database*>(self)->run_until_
                   ? 1
                   : 0;
      },
      this);
  constexpr std::array<std::pair<int, int>, 5> options{{
      {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_DQS_DML, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
  }};
  for (const auto& [option, value] : options) {
    const int code = sqlite3_db_config(handle, option, value, nullptr);
    if (code != SQLITE_OK) return tl::unexpected{failure(code)};
  }
  return {};
}

result<void> sqlite_database::use_write_ahead_log() {
  // Without the right to write, SQLite opens the file for reading and says nothing.
  if (sqlite3_db_readonly(handle_.get(), "main") == 1) {
    return tl::unexpected{failure(SQLITE_READONLY)};
  }
  sqlite_statement switch_mode{*this, "PRAGMA journal_mode = WAL"};
  const auto read_mode = [](const sqlite_row& row) { return row.text(0); };
  const auto give_up = std::chrono::steady_clock::now() + timeouts_.lock;
  auto mode = switch_mode.first(read_mode);
  // SQLite doesn't call its busy handler here if another connection switches at the same time.
  while (!mode && primary_code(sqlite3_errcode(handle_.get())) == SQLITE_BUSY &&
         std::chrono::steady_clock::now() < give_up) {
    sqlite3_sleep(journal_mode_retry_ms);
    mode = switch_mode.first(read_mode);
  }
  if (!mode) return tl::unexpected{std::move(mode.error())};
  if (*mode != "wal") {
    return tl::unexpected{
        unavailable(file_, "its file system has no shared memory: use a local disk")};
  }
  return run_script("PRAGMA synchronous = FULL; PRAGMA cache_size = -2048; "
                    "PRAGMA journal_size_limit = 16777216");
}

result<void> sqlite_database::run_script(const std::string& script) {
  start_clock();
  const int code = sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected{failure(code)};
  return {};
}

bool sqlite_database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

void sqlite_database::start_clock() noexcept {
  run_until_ = std::chrono::steady_clock::now() + timeouts_.run;
}

error sqlite_database::failure(int code) const {
  const bool described =
      handle_ && primary_code(sqlite3_errcode(handle_.get())) == primary_code(code);
  const std::string_view text = described ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  std::string cause = file_.string() + ": " + std::string{text} + " (SQLite error " +
                      std::to_string(code) + ")" + std::string{advice(code)};
  return {classify(code), {}, std::move(cause), std::nullopt};
}

} // namespace maque::db

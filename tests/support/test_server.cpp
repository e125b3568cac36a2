#include "support/test_server.hpp"

#include "db/sqlite_store.hpp"
#include "version.hpp"

#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace maque::test {

namespace {

using std::chrono::milliseconds;

config::settings settings_in(const std::filesystem::path& folder,
                             const test_server::adjustment& adjust) {
  config::settings made;
  made.server.lanes = 2;
  made.http.port = 0;
  made.admin.port = 0;
  made.database.url = "sqlite:" + (folder / "maque.db").string();
  made.auth.key_file = folder / "signing.key";
  made.admin.token = secret{std::string{test_server::operator_token}};
  if (adjust) adjust(made);
  return made;
}

log::writer_options log_in(const std::filesystem::path& folder) {
  log::writer_options options;
  options.file = folder / "maque.log";
  return options;
}

std::string database_file(const config::settings& settings) {
  return settings.database.url.substr(std::string_view{"sqlite:"}.size());
}

} // namespace

test_server::test_server(const adjustment& adjust,
                         std::shared_ptr<const push_handler_plans> handlers,
                         std::shared_ptr<span_exporter> traces)
    : settings_{settings_in(folder_.path(), adjust)}, handlers_{std::move(handlers)},
      traces_{std::move(traces)}, writer_{log_in(folder_.path())} {
  start();
}

test_server::~test_server() = default;

void test_server::start() {
  running_ = std::make_unique<server>(
      server_options{settings_, version_json(), [] {}, handlers_, traces_}, log_);
  if (const auto started = running_->start(); !started)
    throw std::runtime_error{"the server did not start: " + started.error().cause};
}

bool test_server::stop(milliseconds grace) {
  return running_->stop(grace);
}

void test_server::restart() {
  stop();
  start();
}

std::unique_ptr<db::store> test_server::open_database() const {
  const auto stores = db::make_sqlite_factory(database_file(settings_), std::chrono::seconds{5});
  auto opened = stores->open_writer();
  if (!opened) throw std::runtime_error{"no database: " + opened.error().cause};
  return std::move(*opened);
}

void test_server::publish(const std::string& key, std::optional<std::string> json) const {
  const std::vector<write_request> change{
      set_config_value{key, std::move(json), system_time_source{}.now()}};
  const auto outcome = open_database()->apply(change).front();
  if (!outcome) throw std::runtime_error{"not published: " + outcome.error().cause};
}

void test_server::publish(const std::string& key, config_content content) const {
  const std::vector<write_request> change{publish_config_value{
      {key, std::nullopt, {"a test", system_time_source{}.now(), {}}}, std::move(content), {}}};
  const auto outcome = open_database()->apply(change).front();
  if (!outcome) throw std::runtime_error{"not published: " + outcome.error().cause};
}

void test_server::execute_sql(const std::string& statement) const {
  sqlite3* opened = nullptr;
  sqlite3_open(database_file(settings_).c_str(), &opened);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database{opened, sqlite3_close};
  sqlite3_busy_timeout(database.get(), 5'000);
  if (sqlite3_exec(database.get(), statement.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error{sqlite3_errmsg(database.get())};
}

std::string test_server::read_log() {
  writer_.flush(std::chrono::steady_clock::now() + std::chrono::seconds{5});
  std::ifstream file{folder_.path() / "maque.log"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace maque::test

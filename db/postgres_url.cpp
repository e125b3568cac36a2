#include "db/postgres_url.hpp"

#include <libpq-fe.h>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace maque::db {
namespace {

using parameters = std::map<std::string, std::string>;

struct options_deleter {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using options_pointer = std::unique_ptr<PQconninfoOption, options_deleter>;

parameters values_of(const PQconninfoOption* options) {
  parameters values;
  for (const auto* option = options; option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  return values;
}

/// The value of the URL, or what libpq takes where the URL says nothing.
std::string value_or_default(const parameters& given, const std::string& keyword) {
  if (const auto found = given.find(keyword); found != given.end()) return found->second;
  const options_pointer defaults{PQconndefaults()};
  const parameters usual = values_of(defaults.get());
  const auto found = usual.find(keyword);
  return found == usual.end() ? "" : found->second;
}

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text += '\'';
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items{""};
  for (const char c : list) {
    if (c == ',')
      items.emplace_back();
    else
      items.back() += c;
  }
  return items;
}

/// A URL may name several hosts, and for them one port or one each.
std::string place_of(const parameters& given) {
  const auto hosts = split(value_or_default(given, "host"));
  const auto ports = split(value_or_default(given, "port"));
  std::string place = "PostgreSQL at ";
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string& port = ports[i < ports.size() ? i : 0];
    if (i > 0) place += ',';
    place += (hosts[i].empty() ? "the local socket" : hosts[i]) + ":" +
             (port.empty() ? value_or_default({}, "port") : port);
  }
  const std::string name = value_or_default(given, "dbname");
  return place + "/" + (name.empty() ? value_or_default(given, "user") : name);
}

/// True if a password that was not encoded has spilled into what would be shown.
bool holds_a_stray_password(const parameters& given) {
  for (const char* keyword : {"host", "port", "dbname"}) {
    if (value_or_default(given, keyword).find('@') != std::string::npos) return true;
  }
  return value_or_default(given, "port").find_first_not_of("0123456789,") != std::string::npos;
}

} // namespace

result<postgres_target> parse_postgres_url(const std::string& url,
                                           std::chrono::milliseconds silence) {
  const options_pointer read{PQconninfoParse(url.c_str(), nullptr)};
  const bool is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
  if (!read || !is_url) {
    return fail(errc::database_unavailable, {},
                "the URL of the database can't be read: it should look like "
                "postgres://user:password@host:5432/name?sslmode=verify-full");
  }
  parameters given = values_of(read.get());
  if (holds_a_stray_password(given)) {
    return fail(errc::database_unavailable, {},
                "the URL of the database can't be read: in a user name or a password, @ is written "
                "%40, / is %2F and : is %3A");
  }
  postgres_target target{.conninfo = {}, .place = place_of(given)};
  const parameters bounds{{"connect_timeout", "5"},
                          {"keepalives", "1"},
                          {"keepalives_idle", "30"},
                          {"keepalives_interval", "10"},
                          {"keepalives_count", "3"},
                          {"tcp_user_timeout", std::to_string(silence.count())},
                          {"fallback_application_name", "maque"}};
  given.insert(bounds.begin(), bounds.end());
  given["client_encoding"] = "UTF8";
  for (const auto& [keyword, value] : given) {
    target.conninfo += keyword + "=" + quoted(value) + " ";
  }
  return target;
}

} // namespace maque::db

#include "account_database.hpp"

#include "commands.hpp"
#include "domain/username.hpp"
#include "security/random.hpp"

#include <string_view>
#include <vector>

namespace maque {

namespace {

constexpr std::string_view id_mark = "id:";

tl::unexpected<error> nobody(const std::string& text) {
  return fail(errc::user_not_found, {}, "there is no user " + text);
}

result<known_user> find_by_id(db::store& accounts, const std::string& text) {
  const auto id = user_id::parse(std::string_view{text}.substr(id_mark.size()));
  if (!id) return nobody(text);
  const std::vector<user_id> ids{*id};
  const auto found = accounts.find_users(ids);
  if (!found) return tl::unexpected{found.error()};
  if (!found->front()) return nobody(text);
  auto login = accounts.find_credential(*id);
  if (!login) return tl::unexpected{std::move(login.error())};
  return known_user{*id, std::move(*login)};
}

} // namespace

result<std::unique_ptr<db::store>> open_accounts(const config::settings& settings) {
  security::initialize();
  const auto stores = stores_of(settings);
  if (const auto schema = stores->migrate(); !schema) return tl::unexpected{schema.error()};
  return stores->open_writer();
}

result<known_user> find_user(db::store& accounts, const std::string& text) {
  if (text.starts_with(id_mark)) return find_by_id(accounts, text);
  const auto name = username::parse(text);
  if (!name) return tl::unexpected{name.error()};
  auto login = accounts.find_credential(name->text());
  if (!login) return tl::unexpected{std::move(login.error())};
  if (!*login) return nobody(name->text());
  const user_id id = (*login)->user;
  return known_user{id, std::move(*login)};
}

std::string describe(const known_user& who) {
  const std::string id = std::string{id_mark} + to_string(who.id);
  return who.login ? who.login->username + " (" + id + ")" : id;
}

std::string count(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

} // namespace maque

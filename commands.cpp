#include "commands.hpp"

#include "db/store_factory.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>

namespace maque {

std::unique_ptr<db::store_factory> stores_of(const config::settings& settings) {
  return db::make_store_factory(settings.database.url, settings.database.statement_timeout);
}

int report(const error& problem) {
  std::cerr << "maque: " << (problem.cause.empty() ? info(problem.code).message : problem.cause);
  if (!problem.hint.empty()) std::cerr << ": " << problem.hint;
  std::cerr << '\n';
  return EXIT_FAILURE;
}

namespace {

int migrate(const config::settings& settings) {
  const auto stores = stores_of(settings);
  const auto version = stores->migrate();
  if (!version) return report(version.error());
  std::cout << stores->describe() << " has schema version " << *version << '\n';
  return EXIT_SUCCESS;
}

} // namespace

int execute(const config::command& asked, const config::settings& settings) {
  switch (asked.what) {
  case config::action::serve:
    return serve(settings, asked.from);
  case config::action::migrate:
    return migrate(settings);
  case config::action::config_check:
    std::cout << "the settings are in order\n";
    return EXIT_SUCCESS;
  case config::action::config_show:
    std::cout << config::show(settings);
    return EXIT_SUCCESS;
  case config::action::values_list:
  case config::action::values_get:
  case config::action::values_set:
  case config::action::values_remove:
  case config::action::values_history:
  case config::action::values_diff:
  case config::action::values_rollback:
    return manage_values(asked, settings);
  case config::action::export_data:
  case config::action::import_data:
  case config::action::backup_data:
    return move_data(asked, settings);
  case config::action::user_add:
  case config::action::user_disable:
  case config::action::user_enable:
  case config::action::user_delete:
  case config::action::user_set_password:
  case config::action::user_logout:
    return manage_users(asked, settings);
  case config::action::user_import:
    return import_users(asked, settings);
  case config::action::user_list:
    return list_users(asked, settings);
  case config::action::user_sessions:
    return list_user_sessions(asked, settings);
  case config::action::invitation_add:
  case config::action::invitation_list:
  case config::action::invitation_remove:
    return manage_invitations(asked, settings);
  case config::action::apikey_add:
  case config::action::apikey_list:
  case config::action::apikey_revoke:
    return manage_api_keys(asked, settings);
  case config::action::keys_list:
  case config::action::keys_rotate:
    return manage_keys(asked, settings);
  }
  return EXIT_FAILURE;
}

} // namespace maque

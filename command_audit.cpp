#include "command_audit.hpp"

#include "command_ids.hpp"
#include "domain/ids.hpp"

#include <array>
#include <iostream>
#include <optional>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <variant>

namespace maque {

namespace {

struct noted_action {
  std::string action;
  std::string subject;
};

/// Each request in its own words; nothing for those that are not for the audit log.
struct action_of {
  std::optional<noted_action> operator()(const register_user& r) const {
    return noted_action{"user.add", to_string(r.id)};
  }
  std::optional<noted_action> operator()(const set_user_disabled& r) const {
    return noted_action{r.disabled ? "user.disable" : "user.enable", to_string(r.user)};
  }
  std::optional<noted_action> operator()(const delete_user& r) const {
    return noted_action{"user.delete", to_string(r.user)};
  }
  std::optional<noted_action> operator()(const change_password& r) const {
    return noted_action{"user.set_password", to_string(r.user)};
  }
  std::optional<noted_action> operator()(const end_sessions& r) const {
    return noted_action{"user.logout", to_string(r.user)};
  }
  std::optional<noted_action> operator()(const add_api_key& r) const {
    return noted_action{"apikey.add", to_string(r.added.id)};
  }
  std::optional<noted_action> operator()(const revoke_api_key& r) const {
    return noted_action{"apikey.revoke", to_string(r.id)};
  }
  std::optional<noted_action> operator()(const add_invitation&) const {
    return noted_action{"invitation.add", {}};
  }
  std::optional<noted_action> operator()(const remove_invitation&) const {
    return noted_action{"invitation.remove", {}};
  }
  std::optional<noted_action> operator()(const publish_config_value& r) const {
    return noted_action{"config.publish", r.edit.key};
  }
  std::optional<noted_action> operator()(const remove_config_value& r) const {
    return noted_action{"config.remove", r.edit.key};
  }
  std::optional<noted_action> operator()(const roll_back_config_value& r) const {
    return noted_action{"config.roll_back", r.edit.key};
  }
  template <class Other>
  std::optional<noted_action> operator()(const Other&) const {
    return std::nullopt;
  }
};

std::string user_of_the_system() {
  std::array<char, 1024> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return std::string{found->pw_name}.substr(0, 128);
  return "uid " + std::to_string(geteuid());
}

} // namespace

std::string command_operator() {
  return "command line (" + user_of_the_system() + ")";
}

void note_command(db::store& to, const write_request& done) {
  if (auto noted = std::visit(action_of{}, done))
    note_action(to, std::move(noted->action), std::move(noted->subject));
}

void note_action(db::store& to, std::string action, std::string subject) {
  const utc_time now = system_time_source{}.now();
  audit_entry entry;
  entry.id = {make_command_ids().next(now)};
  entry.at = now;
  entry.who = command_operator();
  entry.action = std::move(action);
  entry.subject = std::move(subject);
  const write_request order{record_action{std::move(entry)}};
  if (const auto written = to.apply({&order, 1}).at(0); !written)
    std::cerr << "maque: the audit log could not be written: " << written.error().cause << '\n';
}

} // namespace maque

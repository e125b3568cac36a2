#include "db/postgres_storable.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace maque::db {
namespace {

bool storable(const std::string& text) {
  return text.find('\0') == std::string::npos;
}

bool storable(const std::optional<std::string>& text) {
  return !text || storable(*text);
}

bool storable(const admit_wechat_user& r) {
  return storable(r.appid) && storable(r.openid) && storable(r.unionid) &&
         storable(r.opened.appid) && storable(r.opened.device) && storable(r.opened.address);
}

bool storable(const update_profile& r) {
  return storable(r.patch.nickname) && storable(r.patch.avatar_url) && storable(r.patch.language);
}

bool storable(const rotate_refresh&) {
  return true;
}

bool storable(const end_sessions&) {
  return true;
}

bool storable(const std::optional<session>& opened) {
  return !opened ||
         (storable(opened->appid) && storable(opened->device) && storable(opened->address));
}

bool storable(const begin_attempt& r) {
  return storable(r.username);
}

bool storable(const open_password_session& r) {
  return storable(r.verified_hash) && storable(r.upgraded_hash) && storable(r.opened);
}

bool storable(const register_user& r) {
  return storable(r.username) && storable(r.password_hash) && storable(r.opened);
}

bool storable(const add_credentials& r) {
  return storable(r.username) && storable(r.password_hash);
}

bool storable(const change_password& r) {
  return storable(r.from_hash) && storable(r.to_hash);
}

bool storable(const link_identity& r) {
  return storable(r.appid) && storable(r.openid) && storable(r.unionid);
}

bool storable(const set_user_disabled&) {
  return true;
}

bool storable(const delete_user&) {
  return true;
}

bool storable(const add_invitation& r) {
  return storable(r.added.note);
}

bool storable(const remove_invitation&) {
  return true;
}

bool storable(const bind_phone_number& r) {
  return storable(r.appid) && storable(r.phone.number) && storable(r.phone.local_number) &&
         storable(r.phone.country_code);
}

bool storable(const add_api_key& r) {
  return storable(r.added.name);
}

bool storable(const revoke_api_key&) {
  return true;
}

bool storable(const touch_api_key&) {
  return true;
}

bool storable(const record_action& r) {
  const audit_entry& entry = r.entry;
  return storable(entry.who) && storable(entry.address) && storable(entry.action) &&
         storable(entry.subject) && storable(entry.details);
}

bool storable(const confirm_password& r) {
  return storable(r.verified_hash) && storable(r.upgraded_hash);
}

bool storable(const purge&) {
  return true;
}

bool storable(const set_config_value& r) {
  return storable(r.key) && storable(r.json);
}

bool storable(const config_edit& r) {
  return storable(r.key) && storable(r.by.who) && storable(r.by.note);
}

bool storable(const std::optional<config_content>& r) {
  const auto holds = [](const std::string& appid) { return storable(appid); };
  return !r || (storable(r->json) && storable(r->description) && storable(r->schema) &&
                (!r->targeting || (storable(r->targeting->otherwise) &&
                                   std::ranges::all_of(r->targeting->appids, holds))));
}

bool storable(const save_config_draft& r) {
  return storable(r.edit) && storable(std::optional{r.content});
}

bool storable(const publish_config_value& r) {
  return storable(r.edit) && storable(r.content);
}

bool storable(const remove_config_value& r) {
  return storable(r.edit);
}

bool storable(const discard_config_draft& r) {
  return storable(r.edit);
}

bool storable(const roll_back_config_value& r) {
  return storable(r.edit);
}

bool is_storable(const write_request& request) {
  return std::visit([](const auto& wanted) { return storable(wanted); }, request);
}

} // namespace

write_outcomes
apply_storable(std::span<const write_request> requests,
               const std::function<write_outcomes(std::span<const write_request>)>& apply) {
  if (requests.empty()) return {};
  if (std::all_of(requests.begin(), requests.end(), is_storable)) return apply(requests);
  std::vector<write_request> good;
  std::copy_if(requests.begin(), requests.end(), std::back_inserter(good), is_storable);
  write_outcomes of_good = good.empty() ? write_outcomes{} : apply(good);
  write_outcomes outcomes;
  auto next = of_good.begin();
  for (const write_request& request : requests) {
    if (is_storable(request))
      outcomes.push_back(std::move(*next++));
    else
      outcomes.emplace_back(
          fail(errc::internal, {}, "U+0000 in a text, which PostgreSQL can't hold"));
  }
  return outcomes;
}

} // namespace maque::db

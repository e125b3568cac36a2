#include "http/admin_json.hpp"

namespace maque::http {

using nlohmann::json;

void answer_with(exchange& waiting, const json& data) {
  waiting.succeed(data.dump(-1, ' ', false, json::error_handler_t::replace));
}

json session_json(const session& shown) {
  return {{"id", to_string(shown.id)},
          {"user_id", to_string(shown.user)},
          {"device", shown.device},
          {"address", shown.address},
          {"created_at", to_rfc3339(shown.created_at)},
          {"last_seen_at", to_rfc3339(shown.last_seen_at)}};
}

json account_json(const account& shown) {
  return {{"id", to_string(shown.who.id)},
          {"nickname", shown.who.nickname},
          {"username", shown.username ? json(*shown.username) : json(nullptr)},
          {"role", to_string(shown.who.role)},
          {"status", shown.who.disabled ? "disabled" : "active"},
          {"created_at", to_rfc3339(shown.who.created_at)}};
}

json audit_json(const audit_entry& shown) {
  json details = json::parse(shown.details, nullptr, false);
  return {{"id", to_string(shown.id)},
          {"at", to_rfc3339(shown.at)},
          {"who", shown.who},
          {"address", shown.address},
          {"action", shown.action},
          {"subject", shown.subject},
          {"details", details.is_object() ? std::move(details) : json::object()}};
}

} // namespace maque::http

#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/login_code.hpp"

#include <algorithm>

namespace maque::http {

namespace {

/// Without the W/ of a weak tag: If-None-Match compares weakly (RFC 9110, section 13.1.2).
std::string_view opaque_tag(std::string_view tag) noexcept {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

/// Whether one of the tags of an If-None-Match field is `etag`.
bool names_tag(std::string_view field, std::string_view etag) noexcept {
  if (field == "*") return true;
  while (!field.empty()) {
    std::string_view candidate = field.substr(0, field.find(','));
    field.remove_prefix(std::min(field.size(), candidate.size() + 1));
    while (candidate.starts_with(' '))
      candidate.remove_prefix(1);
    while (candidate.ends_with(' '))
      candidate.remove_suffix(1);
    if (opaque_tag(candidate) == opaque_tag(etag)) return true;
  }
  return false;
}

/// To be kept, but asked about each time; by nobody else, where it depends on the user.
void add_cache_rules(exchange& waiting, bool depends_on_user) {
  waiting.outgoing.headers +=
      depends_on_user
          ? std::string_view{"Vary: Authorization\r\nCache-Control: private, no-cache\r\n"}
          : std::string_view{"Cache-Control: no-cache\r\n"};
}

void answer_with_value(exchange& waiting, const published_config::value& value,
                       bool depends_on_user) {
  auto& outgoing = waiting.outgoing;
  outgoing.headers.append("ETag: ").append(value.etag).append("\r\n");
  add_cache_rules(waiting, depends_on_user);
  const auto known = waiting.incoming.field("If-None-Match");
  if (!known || !names_tag(*known, value.etag)) return waiting.succeed(value.json);
  outgoing.status = outgoing.code = 304;
  waiting.answer();
}

/// The mini-program that the request names, or the first one. Fails with invalid_field.
result<std::string> appid_of(const exchange& asked, const wechat_apps& apps) {
  const std::string_view query = asked.incoming.query();
  if (query.empty()) return apps.first().appid;
  const auto named = query_parameter(query, "appid");
  if (!named.well_formed) return maque::fail(errc::invalid_field, "appid: broken encoding");
  return choose_app(named.value, apps);
}

/// Whoever shows no token, or none that is good, is a guest: what this shows is what a mini-program
/// begins with, perhaps before it can renew its token.
config_audience audience_of(handler_context& context, exchange& asked, std::string_view appid,
                            bool depends_on_user) {
  if (depends_on_user) asked.identity = context.find_caller(asked);
  config_audience audience{appid, {}};
  if (asked.identity) audience.user = asked.identity->user;
  return audience;
}

/// Null if the exchange has its answer.
const published_config* published_for(handler_context& context, exchange& asked) {
  const shared_config& current = context.services.config.current();
  if (current) return current.get();
  asked.fail(error{errc::database_unavailable, {}, "no configuration has been read yet", {}});
  return nullptr;
}

} // namespace

void show_config(handler_context& context, const exchange_ptr& asked) {
  const published_config* const published = published_for(context, *asked);
  if (published == nullptr) return;
  const auto appid = appid_of(*asked, *context.services.apps);
  if (!appid) return asked->fail(appid.error());
  const bool depends_on_user = published->depends_on_user;
  const auto audience = audience_of(context, *asked, *appid, depends_on_user);
  answer_with_value(*asked, context.services.config.whole_for(audience), depends_on_user);
}

void show_config_value(handler_context& context, const exchange_ptr& asked) {
  const published_config* const published = published_for(context, *asked);
  if (published == nullptr) return;
  const auto appid = appid_of(*asked, *context.services.apps);
  if (!appid) return asked->fail(appid.error());
  const auto* const part = published->find(asked->parameters.front());
  if (part == nullptr) return asked->fail(error{errc::config_key_not_found, {}, {}, {}});
  const bool depends_on_user = part->depends_on_user();
  const auto* const value = part->for_whom(audience_of(context, *asked, *appid, depends_on_user));
  if (value != nullptr) return answer_with_value(*asked, *value, depends_on_user);
  add_cache_rules(*asked, depends_on_user);
  asked->fail(error{errc::config_key_not_found, {}, "not for this client", {}});
}

} // namespace maque::http

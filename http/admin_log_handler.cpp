#include "domain/limits.hpp"
#include "http/admin_audit.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_handlers.hpp"
#include "http/config_publication.hpp"
#include "http/front.hpp"
#include "http/json_body.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace maque::http {

namespace {

constexpr std::size_t log_word_bytes = 32;

/// The setting that the request asks for. Fails with unsupported_media_type, invalid_json,
/// invalid_field.
result<setting_change> read_log_level(const request& incoming, const admin_desk& desk) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  const std::string level = body->required("level", log_word_bytes);
  const auto module = body->optional("module", log_word_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return desk.plan_log_level(level, module);
}

publish_config_value publication_of(const setting_change& change, const exchange& asked,
                                    utc_time now) {
  config_content content;
  content.json = change.json;
  content.visibility = config_visibility::server;
  return {{change.key, std::nullopt, {asked.by ? asked.by->name : "", now, {}}},
          std::move(content),
          {}};
}

} // namespace

void change_log_level(handler_context& context, const exchange_ptr& asked) {
  auto change = read_log_level(asked->incoming, *context.options.desk);
  if (!change) return asked->fail(std::move(change.error()));
  note_action(context, asked, {"log_level.set", change->key, to_details({{"value", change->json}})},
              [&context, change = *change](const exchange_ptr& noted) {
                context.ask<config_item>(
                    noted, context.services.database,
                    publication_of(change, *noted, context.services.clock.now()),
                    [&context, change](exchange& waiting, const config_item& now) {
                      const nlohmann::json data{{"key", change.key},
                                                {"value", nlohmann::json::parse(change.json)},
                                                {"version", now.version()}};
                      succeed_when_in_force(context, exchange_ptr{&waiting}, data.dump());
                    });
              });
}

} // namespace maque::http

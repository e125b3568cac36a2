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

struct log_order {
  std::string level;
  std::optional<std::string> module;
};

/// Fails with unsupported_media_type, invalid_json, invalid_field.
result<log_order> read_log_order(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  log_order order{body->required("level", log_word_bytes), {}};
  order.module = body->optional("module", log_word_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return order;
}

std::optional<config_content> published_content(const std::optional<config_item>& item) {
  return item && item->published ? item->published->content : std::nullopt;
}

/// With the version that it was planned from, so that nobody else's change is lost.
publish_config_value publication_of(const setting_change& change,
                                    const std::optional<config_item>& before, const exchange& asked,
                                    utc_time now) {
  config_content content = published_content(before).value_or(config_content{});
  content.json = change.json;
  content.visibility = config_visibility::server;
  return {{change.key, before ? before->version() : 0, {asked.by ? asked.by->name : "", now, {}}},
          std::move(content),
          {}};
}

void publish_log_level(handler_context& context, const exchange_ptr& asked,
                       const setting_change& change, const std::optional<config_item>& before) {
  operator_action action{"log_level.set", change.key, to_details({{"value", change.json}})};
  auto order = publication_of(change, before, *asked, context.services.clock.now());
  note_action(context, asked, std::move(action),
              [&context, change, order = std::move(order)](const exchange_ptr& noted) {
                context.ask<config_item>(
                    noted, context.services.database, order,
                    [&context, change](exchange& waiting, const config_item& now) {
                      const nlohmann::json data{{"key", change.key},
                                                {"value", nlohmann::json::parse(change.json)},
                                                {"version", now.version()}};
                      succeed_when_in_force(context, exchange_ptr{&waiting}, data.dump());
                    });
              });
}

} // namespace

void change_log_level(handler_context& context, const exchange_ptr& asked) {
  auto order = read_log_order(asked->incoming);
  if (!order) return asked->fail(std::move(order.error()));
  const auto& plan = context.options.desk->plan_log_level;
  const auto sketch = plan(order->level, order->module, std::nullopt);
  if (!sketch) return asked->fail(sketch.error());
  context.ask<std::optional<config_item>>(
      asked, context.services.database, find_config_item{sketch->key},
      [&context, &plan, order = *std::move(order)](exchange& waiting,
                                                   const std::optional<config_item>& before) {
        std::optional<std::string> published;
        if (const auto content = published_content(before)) published = content->json;
        const auto change = plan(order.level, order.module, published);
        if (!change) return waiting.fail(change.error());
        publish_log_level(context, exchange_ptr{&waiting}, *change, before);
      });
}

} // namespace maque::http

#include "domain/limits.hpp"
#include "http/admin_audit.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_handlers.hpp"
#include "http/config_item_json.hpp"
#include "http/config_order.hpp"
#include "http/config_publication.hpp"
#include "http/front.hpp"
#include "http/page_query.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

// The live configuration: what operators read and change of it.

namespace maque::http {

namespace {

using found_item = std::optional<config_item>;

/// An operator who has lost a race gets what he has not seen: an error with data.
void answer_conflict(exchange& asked, const error& problem, const found_item& now) {
  if (asked.answered()) return;
  const error_info& row = info(problem.code);
  std::string message{row.message};
  if (!problem.hint.empty()) message.append(": ").append(problem.hint);
  asked.outgoing.status = row.http_status;
  asked.outgoing.code = row.code;
  asked.outgoing.content_type = "application/json; charset=utf-8";
  append_envelope(asked.outgoing.body, row.code, message, now ? render_config_item(*now) : "null",
                  asked.context.trace);
  asked.answer();
}

void refuse_change(handler_context& context, const exchange_ptr& asked, const std::string& key,
                   error problem) {
  if (problem.code != errc::config_conflict) return asked->fail(std::move(problem));
  context.ask<found_item>(asked, context.services.database, find_config_item{key},
                          [problem = std::move(problem)](exchange& waiting, const found_item& now) {
                            answer_conflict(waiting, problem, now);
                          });
}

template <class Change>
void answer(handler_context& context, const exchange_ptr& asked, std::string data) {
  constexpr bool is_served_to_nobody =
      std::is_same_v<Change, save_config_draft> || std::is_same_v<Change, discard_config_draft>;
  if constexpr (is_served_to_nobody)
    asked->succeed(data);
  else
    succeed_when_in_force(context, asked, std::move(data));
}

/// What the audit log calls each change.
template <class Change>
constexpr const char* action_of = nullptr;
template <>
constexpr const char* action_of<save_config_draft> = "config.save_draft";
template <>
constexpr const char* action_of<discard_config_draft> = "config.discard_draft";
template <>
constexpr const char* action_of<publish_config_value> = "config.publish";
template <>
constexpr const char* action_of<remove_config_value> = "config.remove";
template <>
constexpr const char* action_of<roll_back_config_value> = "config.roll_back";

operator_action noted(const char* action, const config_edit& edit) {
  nlohmann::json details{{"note", edit.by.note}};
  if (edit.base_version) details["base_version"] = *edit.base_version;
  return {action, edit.key, to_details(details)};
}

/// @param change one of the requests with a config_edit.
template <class Change>
void perform(handler_context& context, const exchange_ptr& asked, Change change) {
  operator_action action = noted(action_of<Change>, change.edit);
  note_action(context, asked, std::move(action),
              [&context, change = std::move(change)](const exchange_ptr& going_on) {
                context.self
                    ->request(context.services.database, caf::infinite, going_on->context, change)
                    .then(
                        [&context, going_on](const config_item& now) {
                          answer<Change>(context, going_on, render_config_item(now));
                        },
                        [&context, going_on, key = change.edit.key](const caf::error& cause) {
                          refuse_change(context, going_on, key, from_caf(cause));
                        });
              });
}

/// What the content of a new draft or version begins from.
std::optional<config_content> content_before(const found_item& item, order_kind kind) {
  if (!item) return std::nullopt;
  if (item->draft && kind != order_kind::publish_content) return item->draft->content;
  return item->published ? item->published->content : std::nullopt;
}

result<config_content> complete(handler_context& context, const config_order& order,
                                const found_item& item, order_kind kind) {
  if (kind == order_kind::publish_draft && !(item && item->draft))
    return maque::fail(errc::config_draft_not_found);
  auto content = apply(order.patch, order.edit.key, content_before(item, kind));
  const auto& check = context.options.desk->check_setting;
  if (!content || !check) return content;
  return check(order.edit.key, content->json).map([&] { return std::move(*content); });
}

/// Reads the key as it is, makes the new content of it, and goes on with that.
template <class Then>
void with_content(handler_context& context, const exchange_ptr& asked, config_order order,
                  order_kind kind, Then then) {
  const find_config_item wanted{order.edit.key};
  context.ask<found_item>(
      asked, context.services.database, wanted,
      [&context, order = std::move(order), kind, then](exchange& waiting, const found_item& now) {
        if (order.edit.base_version != (now ? now->version() : 0))
          return answer_conflict(waiting, error{errc::config_conflict, {}, {}, {}}, now);
        auto content = complete(context, order, now, kind);
        if (!content) return waiting.fail(std::move(content.error()));
        then(order, std::move(*content));
      });
}

} // namespace

void show_config_items(handler_context& context, const exchange_ptr& asked) {
  context.ask<std::vector<config_item>>(
      asked, context.services.database, list_config_items{},
      [&context](exchange& waiting, const std::vector<config_item>& items) {
        // The newest may have been a removal, of which no item tells.
        const auto in_force = context.services.config.current();
        std::uint64_t version = in_force ? in_force->version : 0;
        for (const config_item& each : items)
          version = std::max(version, each.version());
        waiting.succeed(render_config_items(version, items));
      });
}

void show_config_item(handler_context& context, const exchange_ptr& asked) {
  auto key = read_config_key(*asked);
  if (!key) return asked->fail(std::move(key.error()));
  context.ask<found_item>(asked, context.services.database, find_config_item{std::move(*key)},
                          [](exchange& waiting, const found_item& item) {
                            if (!item)
                              return waiting.fail(error{errc::config_key_not_found, {}, {}, {}});
                            waiting.succeed(render_config_item(*item));
                          });
}

void save_draft(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_order(*asked, order_kind::save_draft);
  if (!order) return asked->fail(std::move(order.error()));
  with_content(context, asked, std::move(*order), order_kind::save_draft,
               [&context, asked](const config_order& given, config_content content) {
                 perform(context, asked,
                         save_config_draft{given.edit, std::move(content), given.draft_revision});
               });
}

void discard_draft(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_removal(*asked);
  if (!order) return asked->fail(std::move(order.error()));
  perform(context, asked, discard_config_draft{std::move(order->edit), order->draft_revision});
}

void publish_draft(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_order(*asked, order_kind::publish_draft);
  if (!order) return asked->fail(std::move(order.error()));
  // It was checked when it was saved, by the schema that comes with it; but what a setting may be
  // can change with the program.
  with_content(context, asked, std::move(*order), order_kind::publish_draft,
               [&context, asked](const config_order& given, const config_content&) {
                 perform(context, asked,
                         publish_config_value{given.edit, std::nullopt, given.draft_revision});
               });
}

void publish_content(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_order(*asked, order_kind::publish_content);
  if (!order) return asked->fail(std::move(order.error()));
  with_content(
      context, asked, std::move(*order), order_kind::publish_content,
      [&context, asked](const config_order& given, config_content content) {
        perform(context, asked, publish_config_value{given.edit, std::move(content), std::nullopt});
      });
}

void remove_config_item(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_removal(*asked);
  if (!order) return asked->fail(std::move(order.error()));
  perform(context, asked, remove_config_value{std::move(order->edit)});
}

void roll_back_config_item(handler_context& context, const exchange_ptr& asked) {
  auto order = read_config_order(*asked, order_kind::roll_back);
  if (!order) return asked->fail(std::move(order.error()));
  perform(context, asked, roll_back_config_value{std::move(order->edit), order->version});
}

void show_config_history(handler_context& context, const exchange_ptr& asked) {
  auto key = read_config_key(*asked);
  if (!key) return asked->fail(std::move(key.error()));
  const auto limit = read_limit(asked->incoming.query());
  if (!limit) return asked->fail(limit.error());
  const auto cursor = read_query_number(*asked, "cursor");
  if (!cursor) return asked->fail(cursor.error());
  context.ask<config_history>(
      asked, context.services.database, list_config_history{std::move(*key), *cursor, *limit + 1},
      [limit = *limit, is_first = !*cursor](exchange& waiting, const config_history& found) {
        // A key that once had a value has a history for ever.
        if (found.empty() && is_first)
          return waiting.fail(error{errc::config_key_not_found, {}, {}, {}});
        waiting.succeed(render_config_history(found, limit));
      });
}

void show_config_diff(handler_context& context, const exchange_ptr& asked) {
  auto key = read_config_key(*asked);
  if (!key) return asked->fail(std::move(key.error()));
  const auto from = read_query_number(*asked, "from");
  if (!from) return asked->fail(from.error());
  const auto to = read_query_number(*asked, "to");
  if (!to) return asked->fail(to.error());
  if (!*from || !*to)
    return asked->fail(error{errc::invalid_field, "from and to: two versions are needed", {}, {}});
  const auto find = [](const config_history& found, std::uint64_t version) {
    return found.empty() || found.front().version != version ? nullptr : &found.front();
  };
  const auto version_of = [key = *key](std::uint64_t version) {
    return list_config_history{key, version + 1, 1};
  };
  context.ask<config_history>(
      asked, context.services.database, version_of(**from),
      [&context, asked, find, version_of, from = **from, to = **to](exchange&,
                                                                    const config_history& older) {
        context.ask<config_history>(
            asked, context.services.database, version_of(to),
            [find, from, to, older](exchange& waiting, const config_history& newer) {
              const auto* const left = find(older, from);
              const auto* const right = find(newer, to);
              if (left == nullptr || right == nullptr)
                return waiting.fail(error{errc::config_version_not_found, {}, {}, {}});
              waiting.succeed(render_config_diff(*left, *right));
            });
      });
}

} // namespace maque::http

#include "http/admin_audit.hpp"

#include "domain/limits.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace maque::http {

namespace {

/// The beginning of a text, without half a character at its end.
std::string cut(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
    --bytes;
  text.resize(bytes);
  return text;
}

record_action entry_of(handler_context& context, const exchange& asked, operator_action done) {
  const utc_time now = context.services.clock.now();
  if (done.who.empty()) done.who = asked.by ? asked.by->name : "(nobody)";
  if (done.details.size() > limits::audit_details_bytes) done.details = R"({"cut":true})";
  return {{audit_id{context.services.ids.next(now)}, now, cut(done.who, limits::audit_who_bytes),
           cut(std::string{asked.client_address}, limits::address_bytes), std::move(done.action),
           cut(std::move(done.subject), limits::audit_subject_bytes), std::move(done.details)}};
}

void go_on(const std::function<void(const exchange_ptr&)>& then, const exchange_ptr& asked) {
  if (asked->answered()) return;
  try {
    then(asked);
  } catch (const std::exception& problem) {
    asked->fail(error{errc::internal, {}, problem.what(), {}});
  }
}

} // namespace

void note_action(handler_context& context, const exchange_ptr& asked, operator_action done,
                 std::function<void(const exchange_ptr&)> then) {
  context.self
      ->request(context.services.database, caf::infinite, asked->context,
                entry_of(context, *asked, std::move(done)))
      .then([asked, then = std::move(then)](std::uint64_t) { go_on(then, asked); },
            [asked](const caf::error& cause) { asked->fail(from_caf(cause)); });
}

void note_action_if_possible(handler_context& context, const exchange_ptr& asked,
                             operator_action done,
                             const std::function<void(const exchange_ptr&)>& then) {
  const std::string action = done.action;
  context.self
      ->request(context.services.database, caf::infinite, asked->context,
                entry_of(context, *asked, std::move(done)))
      .then([asked, then](std::uint64_t) { go_on(then, asked); },
            [&context, asked, then, action](const caf::error& cause) {
              const error why = from_caf(cause);
              context.services.log.line(
                  log::level::warn, &asked->context.trace, "the audit log can't be written",
                  {{"action", std::string_view{action}}, {"cause", std::string_view{why.cause}}});
              go_on(then, asked);
            });
}

std::string to_details(const nlohmann::json& object) {
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace maque::http

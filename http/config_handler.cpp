#include "http/front.hpp"
#include "http/handlers.hpp"

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

void answer_with_value(exchange& waiting, const published_config::value& value) {
  auto& outgoing = waiting.outgoing;
  // To be kept, but asked about each time.
  outgoing.headers += "ETag: " + value.etag + "\r\nCache-Control: no-cache\r\n";
  const auto known = waiting.incoming.field("If-None-Match");
  if (!known || !names_tag(*known, value.etag)) return waiting.succeed(value.json);
  outgoing.status = outgoing.code = 304;
  waiting.answer();
}

} // namespace

void show_config(handler_context& context, const exchange_ptr& asked) {
  context.ask<shared_config>(asked, context.services.config, find_config{},
                             [](exchange& waiting, const shared_config& published) {
                               answer_with_value(waiting, published->whole);
                             });
}

void show_config_value(handler_context& context, const exchange_ptr& asked) {
  context.ask<shared_config>(asked, context.services.config, find_config{},
                             [](exchange& waiting, const shared_config& published) {
                               const auto* const value =
                                   published->find(waiting.parameters.front());
                               if (value == nullptr)
                                 return waiting.fail(error{errc::config_key_not_found, {}, {}, {}});
                               answer_with_value(waiting, *value);
                             });
}

} // namespace maque::http

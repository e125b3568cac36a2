#include "actors/protocol.hpp"

#include <caf/atom.hpp>
#include <caf/message.hpp>

namespace maque {

namespace {

const caf::atom_value error_category = caf::atom("maque");

} // namespace

caf::error to_caf(const error& cause) {
  const std::int64_t retry_after = cause.retry_after ? cause.retry_after->count() : -1;
  return caf::error{static_cast<std::uint8_t>(cause.code), error_category,
                    caf::make_message(cause.hint, cause.cause, retry_after)};
}

bool is_ours(const caf::error& carried) noexcept {
  return carried && carried.category() == error_category;
}

error from_caf(const caf::error& carried) {
  if (!is_ours(carried))
    return error{errc::internal, {}, "actor system: " + caf::to_string(carried), {}};
  error restored;
  restored.code = static_cast<errc>(carried.code());
  const caf::message& context = carried.context();
  if (context.match_elements<std::string, std::string, std::int64_t>()) {
    restored.hint = context.get_as<std::string>(0);
    restored.cause = context.get_as<std::string>(1);
    if (const auto seconds = context.get_as<std::int64_t>(2); seconds >= 0)
      restored.retry_after = std::chrono::seconds{seconds};
  }
  return restored;
}

} // namespace maque

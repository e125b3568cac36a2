#pragma once

#include "domain/request_context.hpp"

#include <caf/rtti_pair.hpp>
#include <caf/type_erased_tuple.hpp>
#include <caf/type_nr.hpp>

#include <typeinfo>

namespace maque {

/// What names a message among others, as message_meter takes it: the type of its first element, of
/// the second one if a request_context comes first.
inline const char* kind_of(const caf::type_erased_tuple& content) noexcept {
  if (content.empty()) return "nothing";
  caf::rtti_pair first = content.type(0);
  if (first.second != nullptr && *first.second == typeid(request_context) && content.size() > 1)
    first = content.type(1);
  // One of CAF's own types has a number instead.
  return first.second != nullptr ? first.second->name() : caf::numbered_type_names[first.first - 1];
}

} // namespace maque

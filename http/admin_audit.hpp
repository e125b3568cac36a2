#pragma once

#include "http/front.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace maque::http {

/// What goes to the audit log; who and where from are the exchange's.
struct operator_action {
  std::string action;    ///< "user.disable": docs/operations.md lists them.
  std::string subject{}; ///< What it is done to; cut to limits::audit_subject_bytes.
  std::string details{
      "{}"};         ///< A JSON object; one that is too long is replaced by one that says so.
  std::string who{}; ///< For whoever isn't signed in yet; otherwise it is who asks.
};

/// Writes an action to the audit log, then calls `then`, which does it and answers. If it can't be
/// written, nothing is done, and the answer is database_unavailable.
void note_action(handler_context& context, const exchange_ptr& asked, operator_action done,
                 std::function<void(const exchange_ptr&)> then);

/// The same where the action goes on without the audit log, which the log says then: operators have
/// to be able to sign in while the database is what is broken.
void note_action_if_possible(handler_context& context, const exchange_ptr& asked,
                             operator_action done,
                             const std::function<void(const exchange_ptr&)>& then);

/// A JSON object as text, for details.
std::string to_details(const nlohmann::json& object);

} // namespace maque::http

#pragma once

#include "domain/operator_storage.hpp"
#include "domain/secret.hpp"
#include "domain/storage.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <optional>
#include <string>
#include <vector>

/// What is sent for operators alone; see actors/messages.hpp.
namespace maque {

/// Proves that somebody with an account is an operator; opens no session.
struct verify_operator {
  std::string username; ///< As it was typed.
  secret password;
  std::string address; ///< Where he comes from.
};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::verify_operator)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::confirm_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::record_action)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::set_user_disabled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::audit_page_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session_page_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::account_search)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<maque::audit_entry>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<maque::account>)

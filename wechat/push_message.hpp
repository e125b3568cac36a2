#pragma once

#include "domain/errors.hpp"
#include "domain/push_message.hpp"

#include <string_view>

namespace maque::wechat {

/// Reads a push, or what surrounds an encrypted one: XML if it begins with "<", else JSON; the
/// content type is not looked at, for WeChat's doesn't tell. Of both, strictly one document in
/// UTF-8, bounded by limits::push_nodes and limits::push_depth. XML with a DOCTYPE is refused
/// before anything of it is read, so that no entity is ever declared, let alone expanded;
/// attributes are not kept. JSON with duplicate members is refused.
///
/// Fails with body_too_large (limits::push_body_bytes), malformed_request (XML), invalid_json.
result<push_node> read_push_document(std::string_view document);

/// Reads the message of an appid. Fails as read_push_document, and with invalid_field if one of
/// those that every push has is missing, there twice, or too long.
result<push_message> read_push_message(std::string_view appid, std::string_view document);

} // namespace maque::wechat

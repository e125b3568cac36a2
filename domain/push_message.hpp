#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace maque {

/// A part of a push: an element of XML, or a member of JSON, which say the same. An array's
/// elements are nodes of one name, as they are in XML, where an array of one can't be told from no
/// array: WeChat's JSON does the same to "List".
struct push_node {
  std::string name;
  std::string text; ///< Empty if there are children. Numbers as they were written.
  std::vector<push_node> children;

  /// The first child of this name; null if there is none.
  const push_node* find(std::string_view child) const noexcept;
  /// Its text; empty if there is none.
  std::string_view text_of(std::string_view child) const noexcept;
  std::size_t count(std::string_view child) const noexcept;
};

/// What WeChat pushes to a mini-program's server, verified and decrypted (page "Message push").
struct push_message {
  std::string appid;           ///< One of ours.
  std::string to_user;         ///< The original id of the mini-program, "gh_…".
  std::string from_user;       ///< The user's openid; of some events, WeChat's own.
  std::int64_t created_at = 0; ///< Seconds since 1970.
  std::string type;            ///< MsgType: "event", "text", "image"…
  std::string event;           ///< Empty unless the type is "event".
  std::string message_id;      ///< MsgId; empty: events have none.
  /// SHA-256 of the document that it was read from.
  std::string digest;
  push_node content; ///< All of it, also what has a place above.
};

/// Shared by all who handle it.
using shared_push = std::shared_ptr<const push_message>;

inline constexpr std::size_t push_label_count = 15;

/// The events that have a name in metrics, "message" for what is none, and "other" at the end.
std::span<const std::string_view> push_labels() noexcept;

/// Its index in push_labels().
std::size_t push_label_of(const push_message& pushed) noexcept;

} // namespace maque

#include "domain/push_message.hpp"

#include <algorithm>
#include <array>

namespace maque {

namespace {

/// Of the pages "Message push", "Subscription messages", "Changes of users' information", "Customer
/// messages", "Security of content", "Code management". "debug_demo" is what the console sends for
/// a try.
constexpr std::array<std::string_view, push_label_count> push_names{
    "message",
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
    "user_info_modified",
    "user_authorization_revoke",
    "user_authorization_cancellation",
    "user_enter_tempsession",
    "wxa_media_check",
    "weapp_audit_success",
    "weapp_audit_fail",
    "weapp_audit_delay",
    "wxa_privacy_apply",
    "debug_demo",
    "other"};

} // namespace

const push_node* push_node::find(std::string_view child) const noexcept {
  const auto found = std::ranges::find(children, child, &push_node::name);
  return found == children.end() ? nullptr : &*found;
}

std::string_view push_node::text_of(std::string_view child) const noexcept {
  const push_node* const found = find(child);
  return found == nullptr ? std::string_view{} : std::string_view{found->text};
}

std::size_t push_node::count(std::string_view child) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(children, child, &push_node::name));
}

std::span<const std::string_view> push_labels() noexcept {
  return push_names;
}

std::size_t push_label_of(const push_message& pushed) noexcept {
  if (pushed.event.empty()) return 0;
  const auto known = std::span{push_names}.subspan(1, push_names.size() - 2);
  const auto found = std::ranges::find(known, pushed.event);
  return static_cast<std::size_t>(found - known.begin()) + 1;
}

} // namespace maque

#include "db/config_editor.hpp"

#include <utility>

namespace maque::db {
namespace {

tl::unexpected<error> conflict(std::string hint) {
  return fail(errc::config_conflict, std::move(hint));
}

std::optional<config_content> content_of(const config_item& item) {
  return item.published ? item.published->content : std::nullopt;
}

/// The draft as it is to be published.
result<config_draft> require_draft(const config_item& item,
                                   const std::optional<std::uint64_t>& revision) {
  if (!item.draft) return fail(errc::config_draft_not_found);
  if (revision && *revision != item.draft->revision)
    return conflict("the draft was saved again by " + item.draft->saved_by);
  return *item.draft;
}

} // namespace

result<std::uint64_t> config_editor::perform(const set_config_value& request) {
  return tables_.item(request.key)
      .and_then([&](const config_item& item) {
        auto content = content_of(item);
        if (!request.json)
          content.reset();
        else if (content)
          content->json = *request.json;
        else
          content = config_content{.json = *request.json, .description = {}};
        return append(item, std::move(content), {{}, request.at, {}});
      })
      .and_then([&] { return tables_.newest_version(); });
}

result<config_item> config_editor::perform(const save_config_draft& request) {
  auto item = begin(request.edit);
  if (!item) return item;
  const auto& before = item->draft;
  const std::string& who = request.edit.by.who;
  const bool may_replace =
      !before || (request.over ? request.over == before->revision : before->saved_by == who);
  if (!may_replace) return conflict("there is a draft by " + before->saved_by);
  const config_draft draft{request.content, who, request.edit.by.at, item->version(),
                           before ? before->revision + 1 : 1};
  return tables_.put_draft(request.edit.key, draft).and_then([&] {
    return tables_.item(request.edit.key);
  });
}

result<config_item> config_editor::perform(const publish_config_value& request) {
  auto item = begin(request.edit);
  if (!item) return item;
  auto content = request.content;
  // What is published directly leaves other people's drafts alone.
  bool ends_draft = item->draft && item->draft->saved_by == request.edit.by.who;
  if (!content) {
    auto draft = require_draft(*item, request.draft_revision);
    if (!draft) return tl::unexpected{std::move(draft.error())};
    if (draft->base_version != item->version())
      return conflict("the draft follows version " + std::to_string(draft->base_version) +
                      ", the newest one is " + std::to_string(item->version()));
    content = std::move(draft->content);
    ends_draft = true;
  }
  return append(*item, std::move(content), request.edit.by)
      .and_then(
          [&] { return ends_draft ? tables_.remove_draft(request.edit.key) : result<void>{}; })
      .and_then([&] { return tables_.item(request.edit.key); });
}

result<config_item> config_editor::perform(const remove_config_value& request) {
  auto item = begin(request.edit);
  if (!item) return item;
  if (!item->published) return fail(errc::config_key_not_found);
  return append(*item, std::nullopt, request.edit.by).and_then([&] {
    return tables_.item(request.edit.key);
  });
}

result<config_item> config_editor::perform(const discard_config_draft& request) {
  auto item = begin(request.edit);
  if (!item) return item;
  const auto draft = require_draft(*item, request.draft_revision);
  if (!draft) return tl::unexpected{draft.error()};
  return tables_.remove_draft(request.edit.key).and_then([&] {
    return tables_.item(request.edit.key);
  });
}

result<config_item> config_editor::perform(const roll_back_config_value& request) {
  auto item = begin(request.edit);
  if (!item) return item;
  auto old = tables_.version_of(request.edit.key, request.to_version);
  if (!old) return tl::unexpected{std::move(old.error())};
  if (!*old) return fail(errc::config_version_not_found);
  return append(*item, std::move((*old)->content), request.edit.by).and_then([&] {
    return tables_.item(request.edit.key);
  });
}

result<config_item> config_editor::begin(const config_edit& edit) {
  return tables_.item(edit.key).and_then([&](config_item item) -> result<config_item> {
    if (edit.base_version && *edit.base_version != item.version())
      return conflict("its version is " + std::to_string(item.version()) + " by now, not " +
                      std::to_string(*edit.base_version));
    return item;
  });
}

result<void> config_editor::append(const config_item& from, std::optional<config_content> content,
                                   const config_change& by) {
  if (content == content_of(from)) return {};
  return tables_.newest_version().and_then([&](std::uint64_t newest) {
    return tables_.append(from.key, {newest + 1, std::move(content), by});
  });
}

} // namespace maque::db

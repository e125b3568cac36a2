#include "http/config_item_json.hpp"

#include "http/json_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace maque::http {

namespace {

/// The members of an object, one after another.
class member_writer {
public:
  explicit member_writer(std::string& out) : out_{out} { out_ += '{'; }
  ~member_writer() { out_ += '}'; }
  member_writer(const member_writer&) = delete;
  member_writer& operator=(const member_writer&) = delete;

  member_writer& raw(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
    return *this;
  }
  member_writer& text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(out_, value);
    return *this;
  }
  member_writer& number(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
  }

private:
  void begin(std::string_view name) {
    if (!std::exchange(first_, false)) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string& out_;
  bool first_ = true;
};

std::string render_targeting(const std::optional<config_targeting>& targeting) {
  if (!targeting) return "null";
  std::string appids;
  for (const std::string& appid : targeting->appids) {
    if (!appids.empty()) appids += ',';
    append_json_string(appids, appid);
  }
  return fmt::format(R"({{"appids":[{}],"percentage":{}.{:02}}})", appids,
                     targeting->percentage / 100, targeting->percentage % 100);
}

void add_content(member_writer& out, const config_content& content) {
  if (!content.json.empty()) out.raw("value", content.json);
  out.text("description", content.description)
      .text("visibility", to_string(content.visibility))
      .raw("targeting", render_targeting(content.targeting));
  if (content.targeting && content.targeting->otherwise)
    out.raw("otherwise", *content.targeting->otherwise);
  out.raw("schema", content.schema.value_or("null"));
}

std::string render_draft(const std::optional<config_draft>& draft) {
  if (!draft) return "null";
  std::string json;
  {
    member_writer out{json};
    add_content(out, draft->content);
    out.text("saved_by", draft->saved_by)
        .text("saved_at", to_rfc3339(draft->saved_at))
        .number("base_version", draft->base_version)
        .number("revision", draft->revision);
  }
  return json;
}

template <class Values, class Render>
std::string render_list(const Values& values, std::size_t count, const Render& render) {
  std::string json{"["};
  for (std::size_t i = 0; i < count; ++i)
    json.append(i == 0 ? "" : ",").append(render(values[i]));
  return json += ']';
}

std::string render_version(const config_version& one) {
  std::string json;
  {
    member_writer out{json};
    out.number("version", one.version);
    add_content(out, one.content.value_or(config_content{}));
    out.text("who", one.by.who).text("at", to_rfc3339(one.by.at)).text("note", one.by.note);
  }
  return json;
}

nlohmann::json value_of(const config_version& one) {
  return one.content ? nlohmann::json::parse(one.content->json) : nlohmann::json{};
}

} // namespace

std::string render_config_item(const config_item& item) {
  const config_version published = item.published.value_or(config_version{});
  std::string json;
  {
    member_writer out{json};
    out.text("key", item.key);
    add_content(out, published.content.value_or(config_content{}));
    out.number("version", published.version)
        .text("published_by", published.by.who)
        .raw("published_at", item.published ? '"' + to_rfc3339(published.by.at) + '"' : "null")
        .text("note", published.by.note)
        .raw("draft", render_draft(item.draft));
  }
  return json;
}

std::string render_config_items(std::uint64_t version, const std::vector<config_item>& items) {
  return fmt::format(R"({{"version":{},"items":{}}})", version,
                     render_list(items, items.size(), render_config_item));
}

std::string render_config_history(const config_history& found, std::uint32_t limit) {
  const std::size_t shown = std::min<std::size_t>(found.size(), limit);
  const std::string cursor =
      found.size() > limit ? '"' + std::to_string(found[shown - 1].version) + '"' : "null";
  return fmt::format(R"({{"items":{},"next_cursor":{}}})",
                     render_list(found, shown, render_version), cursor);
}

std::string render_config_diff(const config_version& from, const config_version& to) {
  return fmt::format(R"({{"from":{},"to":{},"patch":{}}})", from.version, to.version,
                     nlohmann::json::diff(value_of(from), value_of(to)).dump());
}

} // namespace maque::http

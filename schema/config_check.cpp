#include "schema/config_check.hpp"

#include "domain/limits.hpp"
#include "schema/json_schema.hpp"

#include <nlohmann/json.hpp>

namespace maque {

namespace {

using nlohmann::json;

/// Finds out whether a text is JSON and not nested too deeply, without making anything of it.
class depth_reader final : public nlohmann::json_sax<json> {
public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }
  bool key(std::string&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    problem_ = "syntax error at byte " + std::to_string(position);
    return false;
  }

  const std::string& problem() const noexcept { return problem_; }

private:
  bool enter() {
    if (++depth_ <= limits::json_depth) return true;
    problem_ = "nested too deeply";
    return false;
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::string problem_;
};

result<std::string> checked_json(std::string_view name, const std::string& text) {
  depth_reader reader;
  // The library takes a NUL for the end of the text, whatever follows.
  if (text.find('\0') != std::string::npos)
    return fail(errc::invalid_json, std::string{name} + ": NUL character");
  if (!json::sax_parse(text, &reader))
    return fail(errc::invalid_json, std::string{name} + ": " + reader.problem());
  return compact_json(text);
}

result<void> check_each(std::string_view name, std::optional<std::string>& text) {
  if (!text) return {};
  return checked_json(name, *text).map([&](std::string compacted) { text = std::move(compacted); });
}

result<void> check_by(const json_schema& schema, std::string_view name, const std::string& text) {
  return schema.check(json::parse(text)).map_error([&](error problem) {
    problem.hint = std::string{name} + ": " + problem.hint;
    return problem;
  });
}

result<void> check_by_schema(const config_content& content) {
  if (!content.schema) return {};
  return json_schema::parse(*content.schema).and_then([&](const json_schema& schema) {
    return check_by(schema, "value", content.json).and_then([&]() -> result<void> {
      if (!content.targeting || !content.targeting->otherwise) return {};
      return check_by(schema, "otherwise", *content.targeting->otherwise);
    });
  });
}

} // namespace

std::string compact_json(std::string_view json) {
  std::string kept;
  bool quoted = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (!quoted && std::string_view{" \t\r\n"}.find(json[at]) != std::string_view::npos) continue;
    if (json[at] == '"') quoted = !quoted;
    kept += json[at];
    if (quoted && json[at] == '\\') kept += json[++at];
  }
  return kept;
}

result<config_content> checked_config_content(config_content content) {
  std::optional<std::string> none;
  auto& otherwise = content.targeting ? content.targeting->otherwise : none;
  return check_config_content(content)
      .and_then([&] { return checked_json("value", content.json); })
      .map([&](std::string compacted) { content.json = std::move(compacted); })
      .and_then([&] { return check_each("otherwise", otherwise); })
      .and_then([&] { return check_each("schema", content.schema); })
      .and_then([&] { return check_by_schema(content); })
      .map([&] { return std::move(content); });
}

} // namespace maque

#include "http/json_body.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace maque::http {

namespace {

std::string_view trim(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t'))
    text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t'))
    text.remove_suffix(1);
  return text;
}

/// RFC 9110, section 8.3.1: type and parameters are compared without case, a value may be quoted.
/// JSON has no charset (RFC 8259, section 11); clients that name one mean this.
bool is_json_type(std::string_view content_type) noexcept {
  const std::size_t end = std::min(content_type.find(';'), content_type.size());
  if (!equals_ignoring_case(trim(content_type.substr(0, end)), "application/json")) return false;
  const std::string_view parameters = trim(content_type.substr(end));
  if (parameters.empty() || parameters == ";") return true;
  const std::string_view parameter = trim(parameters.substr(1));
  return equals_ignoring_case(parameter, "charset=utf-8") ||
         equals_ignoring_case(parameter, R"(charset="utf-8")");
}

/// A compressed body would be read as it is.
bool is_encoded(const request& incoming) noexcept {
  if (incoming.count("Content-Encoding") == 0) return false;
  return !equals_ignoring_case(incoming.field("Content-Encoding").value_or(""), "identity");
}

/// What a hint may quote of a client's own text.
std::string shown_name(std::string_view text) {
  constexpr std::size_t enough = 64;
  if (text.size() > enough || has_control_characters(text)) return "a field";
  return std::string{text};
}

} // namespace

/// Takes the parser's events; keeps the members of the outermost object.
class json_body::reader {
public:
  explicit reader(std::vector<field>& into) : into_{into} {}

  bool null() { return other_value(); }
  bool boolean(bool) { return other_value(); }
  bool number_integer(std::int64_t) { return other_value(); }
  bool number_unsigned(std::uint64_t) { return other_value(); }
  bool number_float(double, const std::string&) { return other_value(); }
  bool binary(nlohmann::json::binary_t&) { return other_value(); }

  bool string(std::string& value) {
    if (depth_ == 0) return refuse("the body has to be an object");
    if (depth_ == 1) into_.back().text = std::move(value);
    return true;
  }

  bool key(std::string& name) {
    if (depth_ != 1) return true;
    const bool known = std::any_of(into_.begin(), into_.end(),
                                   [&](const field& other) { return other.name == name; });
    if (known) return refuse("duplicate field " + shown_name(name));
    into_.push_back(field{std::move(name), std::nullopt, false});
    return true;
  }

  bool start_object(std::size_t) { return enter(); }
  bool start_array(std::size_t) {
    return depth_ == 0 ? refuse("the body has to be an object") : enter();
  }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return refuse("syntax error at byte " + std::to_string(position));
  }

  const std::string& problem() const noexcept { return problem_; }

private:
  bool other_value() { return depth_ == 0 ? refuse("the body has to be an object") : true; }

  bool enter() { return ++depth_ > limits::json_depth ? refuse("nested too deeply") : true; }

  bool leave() {
    --depth_;
    return true;
  }

  bool refuse(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    return false;
  }

  std::vector<field>& into_;
  std::size_t depth_ = 0;
  std::string problem_;
};

result<json_body> json_body::read(const request& incoming) {
  const auto type = incoming.field("Content-Type");
  if (!type || !is_json_type(*type))
    return maque::fail(errc::unsupported_media_type,
                       "send Content-Type: application/json, in UTF-8");
  if (is_encoded(incoming))
    return maque::fail(errc::unsupported_media_type, "send no Content-Encoding");
  // The library takes a NUL for the end of the text, whatever follows.
  if (incoming.body().find('\0') != std::string_view::npos)
    return maque::fail(errc::invalid_json, "NUL character");
  json_body parsed;
  reader events{parsed.fields_};
  if (!nlohmann::json::sax_parse(incoming.body(), &events))
    return maque::fail(errc::invalid_json, events.problem());
  return parsed;
}

result<json_body> json_body::read_optional(const request& incoming) {
  return incoming.body().empty() ? json_body{} : read(incoming);
}

json_body::field* json_body::take(std::string_view name) {
  const auto at = std::find_if(fields_.begin(), fields_.end(),
                               [name](const field& candidate) { return candidate.name == name; });
  if (at == fields_.end()) return nullptr;
  at->taken = true;
  return &*at;
}

void json_body::refuse(std::string_view name, std::string_view why) {
  if (problem_.empty()) problem_ = std::string{name}.append(": ").append(why);
}

std::optional<std::string> json_body::take_text(std::string_view name, std::size_t max_bytes) {
  field* const found = take(name);
  if (found == nullptr) return std::nullopt;
  if (!found->text)
    refuse(name, "has to be a string");
  else if (found->text->size() > max_bytes)
    refuse(name, "longer than " + std::to_string(max_bytes) + " bytes");
  else
    return std::move(found->text);
  return std::nullopt;
}

void json_body::refuse_if_missing(std::string_view name) {
  const bool present = std::any_of(fields_.begin(), fields_.end(),
                                   [name](const field& other) { return other.name == name; });
  if (!present) refuse(name, "missing");
}

std::optional<std::string> json_body::optional(std::string_view name, std::size_t max_bytes) {
  auto text = take_text(name, max_bytes);
  if (!text || !has_control_characters(*text)) return text;
  refuse(name, "has control characters");
  return std::nullopt;
}

std::string json_body::required(std::string_view name, std::size_t max_bytes) {
  refuse_if_missing(name);
  return optional(name, max_bytes).value_or(std::string{});
}

secret json_body::required_secret(std::string_view name, std::size_t max_bytes) {
  refuse_if_missing(name);
  return secret{take_text(name, max_bytes).value_or(std::string{})};
}

result<void> json_body::finish() const {
  if (!problem_.empty()) return maque::fail(errc::invalid_field, problem_);
  for (const field& given : fields_)
    if (!given.taken)
      return maque::fail(errc::invalid_field, shown_name(given.name) + ": unknown field");
  return {};
}

} // namespace maque::http

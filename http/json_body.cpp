#include "http/json_body.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"
#include "http/json_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <set>

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

  bool null() { return other_value("null"); }
  bool boolean(bool value) {
    if (depth_ == 1) into_.back().flag = value;
    return other_value(value ? "true" : "false");
  }
  bool number_integer(std::int64_t value) {
    if (depth_ == 1) into_.back().number = value;
    return other_value(std::to_string(value));
  }
  bool number_unsigned(std::uint64_t value) {
    if (depth_ == 1 && value <= INT64_MAX) into_.back().number = static_cast<std::int64_t>(value);
    return other_value(std::to_string(value));
  }
  bool number_float(double, const std::string& written) { return other_value(written); }
  bool binary(nlohmann::json::binary_t&) { return other_value("null"); }

  bool string(std::string& value) {
    if (depth_ == 0) return refuse("the body has to be an object");
    if (depth_ == 1)
      into_.back().text = std::move(value);
    else if (!names_.empty())
      append_string(value);
    return true;
  }

  bool key(std::string& name) {
    if (!names_.empty()) return inner_key(name);
    if (depth_ != 1) return true;
    const bool known = std::any_of(into_.begin(), into_.end(),
                                   [&](const field& other) { return other.name == name; });
    if (known) return refuse("duplicate field " + shown_name(name));
    if (into_.size() == max_fields)
      return refuse("more than " + std::to_string(max_fields) + " fields");
    into_.push_back(field{.name = std::move(name)});
    return true;
  }

  bool start_object(std::size_t) {
    if (depth_ == 1 || !names_.empty()) {
      append("{");
      names_.emplace_back();
    }
    return enter();
  }
  bool start_array(std::size_t) {
    if (depth_ == 0) return refuse("the body has to be an object");
    if (depth_ == 1 || !names_.empty()) {
      append("[");
      names_.emplace_back();
    }
    return enter();
  }
  bool end_object() {
    if (!names_.empty()) {
      into_.back().json += '}';
      names_.pop_back();
    }
    return leave();
  }
  bool end_array() {
    into_.back().json += ']';
    names_.pop_back();
    return leave();
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return refuse("syntax error at byte " + std::to_string(position));
  }

  const std::string& problem() const noexcept { return problem_; }

private:
  bool inner_key(const std::string& name) {
    if (!names_.back().insert(name).second) return refuse("duplicate field " + shown_name(name));
    append_string(name);
    into_.back().json += ':';
    return true;
  }

  bool other_value(std::string_view written) {
    if (depth_ == 0) return refuse("the body has to be an object");
    append(written);
    return true;
  }

  /// A token of the field's value, with the comma before it if there is to be one.
  void append(std::string_view token) {
    std::string& json = into_.back().json;
    const bool is_first =
        json.empty() || std::string_view{"{[:"}.find(json.back()) != std::string_view::npos;
    if (!is_first) json += ',';
    json += token;
  }
  void append_string(std::string_view text) {
    append("");
    append_json_string(into_.back().json, text);
  }

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
  /// Of the objects and arrays that are open inside a field, the names that they have so far.
  std::vector<std::set<std::string>> names_;
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

std::optional<std::string> json_body::optional_prose(std::string_view name, std::size_t max_bytes) {
  return take_text(name, max_bytes);
}

std::optional<std::int64_t> json_body::optional_number(std::string_view name, std::int64_t least,
                                                       std::int64_t most) {
  const field* const found = take(name);
  if (found == nullptr) return std::nullopt;
  if (found->number && *found->number >= least && *found->number <= most) return found->number;
  refuse(name,
         "has to be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> json_body::optional_flag(std::string_view name) {
  const field* const found = take(name);
  if (found != nullptr && !found->flag) refuse(name, "has to be true or false");
  return found == nullptr ? std::nullopt : found->flag;
}

std::string json_body::required_object(std::string_view name, std::size_t max_bytes) {
  refuse_if_missing(name);
  field* const found = take(name);
  if (found == nullptr) return {};
  if (!found->json.starts_with('{'))
    refuse(name, "has to be an object");
  else if (found->json.size() > max_bytes)
    refuse(name, "longer than " + std::to_string(max_bytes) + " bytes");
  return std::move(found->json);
}

std::optional<std::string> json_body::optional_json(std::string_view name) {
  field* const found = take(name);
  if (found == nullptr) return std::nullopt;
  if (found->text) append_json_string(found->json, *found->text);
  return std::move(found->json);
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

#include "support/contract.hpp"

#include "domain/errors.hpp"
#include "support/json_schema.hpp"
#include "support/yaml_document.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace maque::test {

namespace {

using nlohmann::json;

constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// Fields that any response may have: they are HTTP's business, or CORS's, or those of tracing, and
/// not the operation's.
constexpr std::array<std::string_view, 12> common_fields{
    "Date",
    "Content-Type",
    "Content-Length",
    "X-Content-Type-Options",
    "Connection",
    "Vary",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Max-Age",
    "traceparent",
};

bool is_common(std::string_view name) {
  return std::ranges::any_of(
      common_fields, [name](std::string_view common) { return same_ignoring_case(name, common); });
}

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::tolower(c); });
  return made;
}

std::string upper(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::toupper(c); });
  return made;
}

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool has_form(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && path.starts_with('/')) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (expected.starts_with('{') ? given.empty() : expected != given) return false;
  }
  return pattern.empty() && path.empty();
}

// Judging one response ---------------------------------------------------------------------------

bool has_member_ignoring_case(const json& object, std::string_view name) {
  for (const auto& [member, value] : object.items())
    if (same_ignoring_case(member, name)) return true;
  return false;
}

std::string judge_headers(const json& response, const http_reply& reply) {
  std::string wrong;
  const json documented = response.value("headers", json::object());
  for (const auto& [name, rule] : documented.items()) {
    const auto value = reply.header(name);
    if (!value) {
      if (rule.value("required", false)) wrong += "the header " + name + " is missing\n";
      continue;
    }
    const std::string mismatch = explain_mismatch(rule.at("schema"), *value);
    if (!mismatch.empty()) wrong += "the header " + name + ": " + *value + " is wrong: " + mismatch;
  }
  for (const auto& [name, value] : reply.headers)
    if (!has_member_ignoring_case(documented, name) && !is_common(name))
      wrong += "the header " + name + " is not documented\n";
  return wrong;
}

std::string judge_error(const json& response, const http_reply& reply) {
  if (!response.contains("x-errors")) return {};
  const int code = reply.code();
  for (const error_info& row : all_errors())
    if (row.code == code)
      return std::ranges::find(response.at("x-errors"), json(row.name)) !=
                     response.at("x-errors").end()
                 ? std::string{}
                 : "the error " + std::string{row.name} + " is not one of x-errors\n";
  return "the code " + std::to_string(code) + " is no error's\n";
}

/// What is not JSON is only held against its types.
std::string judge_bytes(const json& content, const http_reply& reply) {
  const std::string type = reply.header("Content-Type").value_or("missing");
  std::string wrong;
  if (!content.contains(type)) wrong += "the content type is " + type + "\n";
  if (reply.header("X-Content-Type-Options") != "nosniff")
    wrong += "X-Content-Type-Options: nosniff is missing\n";
  return reply.body.empty() ? wrong + "there is no content\n" : wrong;
}

std::string judge_content(const json& response, const http_reply& reply) {
  if (!response.contains("content"))
    return reply.body.empty() && !reply.has("Content-Type") ? "" : "content is not documented\n";

  std::string wrong;
  const json& content = response.at("content");
  const bool is_text = content.contains("text/plain");
  if (!is_text && !content.contains("application/json")) return judge_bytes(content, reply);
  if (reply.header("Content-Type") != (is_text ? text_type : json_type))
    wrong += "the content type is " + reply.header("Content-Type").value_or("missing") + "\n";
  if (reply.header("X-Content-Type-Options") != "nosniff")
    wrong += "X-Content-Type-Options: nosniff is missing\n";
  if (is_text)
    return wrong + explain_mismatch(content.at("text/plain").at("schema"), json(reply.body));
  const json body = reply.json();
  if (body.is_discarded()) return wrong + "the body is not JSON\n";
  wrong += explain_mismatch(content.at("application/json").at("schema"), body);
  if (body.contains("trace_id") && reply.header("X-Trace-Id") != reply.trace())
    wrong += "X-Trace-Id is not the trace_id of the envelope\n";
  return wrong + judge_error(response, reply);
}

std::string judge(const json& response, std::string_view method, const http_reply& reply) {
  std::string wrong = judge_headers(response, reply);
  if (method != "HEAD") return wrong + judge_content(response, reply);
  return reply.body.empty() ? wrong : wrong + "a reply to HEAD has a body\n";
}

} // namespace

// The contract -----------------------------------------------------------------------------------

contract::contract(const std::filesystem::path& file)
    : document_(resolve_references(read_yaml(file))) {
  for (const auto& [path, item] : document_.at("paths").items())
    paths_.push_back(path);
  std::ranges::stable_partition(
      paths_, [](const std::string& path) { return path.find('{') == std::string::npos; });
}

const std::string* contract::find_path(std::string_view path) const {
  const auto found = std::ranges::find_if(
      paths_, [path](const std::string& pattern) { return has_form(pattern, path); });
  return found == paths_.end() ? nullptr : &*found;
}

std::vector<contract::candidate> contract::candidates(std::string_view method,
                                                      std::string_view target, int status) const {
  const std::string number = std::to_string(status);
  std::vector<candidate> found;
  const auto consider = [&](const std::string& name, const json& responses) {
    if (responses.contains(number)) found.push_back({name + " " + number, &responses.at(number)});
  };
  const std::string verb = lower(method == "HEAD" ? "GET" : method);
  const std::string* const path = find_path(target.substr(0, target.find('?')));
  if (path == nullptr)
    consider("other path", document_.at("x-other-path"));
  else if (const json& item = document_.at("paths").at(*path);
           item.contains(verb) && method == upper(method))
    consider(upper(verb) + " " + *path, item.at(verb).at("responses"));
  else
    consider("other method", document_.at("x-other-method"));
  consider("any request", document_.at("x-any-request"));
  return found;
}

std::string contract::find_departure(std::string_view method, std::string_view target,
                                     const http_reply& reply) {
  const auto possible = candidates(method, target, reply.status);
  std::string departures;
  for (const candidate& response : possible) {
    const std::string wrong = judge(*response.response, method, reply);
    if (wrong.empty()) {
      const std::lock_guard lock{mutex_};
      seen_.insert(response.name);
      return {};
    }
    departures += response.name + ":\n" + wrong;
  }
  return possible.empty() ? "this status is not documented" : departures;
}

std::set<std::string> contract::operations() const {
  std::set<std::string> names;
  for (const auto& [path, item] : document_.at("paths").items())
    for (const auto& [verb, operation] : item.items())
      names.insert(upper(verb) + " " + path);
  return names;
}

std::set<std::string> contract::documented() const {
  std::set<std::string> names;
  const auto collect = [&names](const std::string& name, const json& responses) {
    for (const auto& [status, response] : responses.items())
      names.insert(name + " " + status);
  };
  for (const auto& [path, item] : document_.at("paths").items())
    for (const auto& [verb, operation] : item.items())
      collect(upper(verb) + " " + path, operation.at("responses"));
  collect("any request", document_.at("x-any-request"));
  collect("other path", document_.at("x-other-path"));
  collect("other method", document_.at("x-other-method"));
  return names;
}

std::set<std::string> contract::seen() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

contract& current_contract() {
  static contract made{MAQUE_OPENAPI_FILE};
  return made;
}

void expect_documented(std::string_view method, std::string_view target, const http_reply& reply) {
  const std::string departure = current_contract().find_departure(method, target, reply);
  EXPECT_TRUE(departure.empty()) << "docs/openapi.yaml and the server disagree about " << method
                                 << ' ' << target.substr(0, 200) << ", answered with "
                                 << reply.status << ' ' << reply.body.substr(0, 500) << ":\n"
                                 << departure;
}

} // namespace maque::test

#include "schema/schema_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <regex>
#include <string_view>

namespace maque {

namespace {

using nlohmann::json;

constexpr std::size_t parts_max = 1'000;
/// Of a schema with its references resolved: deeper ones contain themselves.
constexpr std::size_t depth_max = 64;
constexpr std::string_view too_many = "more than 1000 parts, with references resolved";
constexpr std::size_t pattern_bytes = 128;
constexpr int quantifiers_max = 3;
constexpr int repetitions_max = 256;

constexpr std::array<std::string_view, 7> type_names{"array",  "boolean", "integer", "null",
                                                     "number", "object",  "string"};

tl::unexpected<error> wrong(const std::string& pointer, std::string_view why) {
  return fail(errc::config_schema_invalid,
              "schema: at " + (pointer.empty() ? "the top" : pointer) + ": " + std::string{why});
}

/// Reads a pattern once, without running it.
class pattern_rules {
public:
  /// Nothing: it may be used.
  static std::string_view judge(const std::string& pattern, int& quantifiers) {
    if (pattern.size() > pattern_bytes) return "a pattern longer than 128 bytes";
    if (!pattern.starts_with('^')) return "a pattern has to begin with ^";
    pattern_rules rules{pattern};
    if (const auto refused = rules.scan(); !refused.empty()) return refused;
    quantifiers = std::max(quantifiers, rules.quantifiers_);
    try {
      static_cast<void>(std::regex{pattern});
    } catch (const std::regex_error&) {
      return "a pattern that is no regular expression";
    }
    return {};
  }

private:
  explicit pattern_rules(std::string_view pattern) : rest_{pattern} {}

  std::string_view scan() {
    for (; !rest_.empty() && refused_.empty(); rest_.remove_prefix(1))
      look_at(rest_.front());
    return refused_;
  }

  void look_at(char character) {
    if (character == '\\') {
      // One at the end of the pattern is the library's to refuse.
      if (rest_.size() > 1) rest_.remove_prefix(1);
      if (rest_.front() >= '1' && rest_.front() <= '9') refused_ = "a pattern with a reference";
    } else if (in_class_) {
      in_class_ = character != ']';
    } else if (character == '[') {
      in_class_ = true;
    } else if (character == '(') {
      refused_ = "a pattern with a group";
    } else if (std::string_view{"*+?{"}.find(character) != std::string_view::npos) {
      if (++quantifiers_ > quantifiers_max) refused_ = "a pattern with more than three quantifiers";
      if (character == '{') look_at_repetitions(rest_.substr(1));
    }
  }

  void look_at_repetitions(std::string_view numbers) {
    while (!numbers.empty() && numbers.front() != '}') {
      int count = 0;
      const auto [end, failure] =
          std::from_chars(numbers.data(), numbers.data() + numbers.size(), count);
      if (failure == std::errc::result_out_of_range || count > repetitions_max)
        refused_ = "a pattern with more than 256 repetitions";
      numbers.remove_prefix(
          std::max<std::size_t>(1, static_cast<std::size_t>(end - numbers.data())));
    }
  }

  std::string_view rest_;
  std::string_view refused_{};
  bool in_class_ = false;
  int quantifiers_ = 0;
};

bool is_type(const json& name) {
  return name.is_string() &&
         std::ranges::find(type_names, name.get_ref<const std::string&>()) != type_names.end();
}

/// What an object of the document is: a schema, whose members are keywords, or a list whose names
/// its writer has chosen, each with a schema. Only the way to it tells: a property may be called
/// "pattern".
enum class part_kind : std::uint8_t { schema, names };

bool is_divisor(const json& value) {
  constexpr double largest = 9'007'199'254'740'991; // Above, not every whole number is a double.
  return value.is_number() && value.get<double>() > 0 && value.get<double>() <= largest;
}

class resolver {
public:
  explicit resolver(const json& document) : document_{document} {}

  result<bounded_schema> run() {
    auto resolved = resolve(document_, {}, 0, part_kind::schema);
    if (!resolved) return tl::unexpected{std::move(resolved.error())};
    out_.document = std::move(*resolved);
    return std::move(out_);
  }

private:
  result<json> resolve(const json& part, const std::string& pointer, std::size_t depth,
                       part_kind kind) {
    if (depth > depth_max) return wrong(pointer, "a schema that contains itself, or is too deep");
    if (++out_.parts > parts_max) return wrong(pointer, too_many);
    if (part.is_array()) return resolve_items(part, pointer, depth);
    if (!part.is_object()) return part;
    const auto reference = part.find("$ref");
    if (kind == part_kind::schema && reference != part.end() && reference->is_string())
      return follow(reference->get_ref<const std::string&>(), pointer, depth);
    return resolve_members(part, pointer, depth, kind);
  }

  result<json> resolve_items(const json& part, const std::string& pointer, std::size_t depth) {
    json made = json::array();
    for (const json& item : part) {
      auto child =
          resolve(item, pointer + '/' + std::to_string(made.size()), depth + 1, part_kind::schema);
      if (!child) return child;
      made.push_back(std::move(*child));
    }
    return made;
  }

  result<json> resolve_members(const json& part, const std::string& pointer, std::size_t depth,
                               part_kind kind) {
    json made = json::object();
    for (const auto& [name, member] : part.items()) {
      const std::string below = (json::json_pointer{pointer} / name).to_string();
      const bool is_keyword = kind == part_kind::schema;
      if (is_keyword && is_left_out(name)) continue;
      if (is_keyword) {
        if (const auto checked = check_keyword(name, member, below); !checked)
          return tl::unexpected{checked.error()};
      }
      auto child = is_keyword && is_data(name)
                       ? copy(member, below)
                       : resolve(member, below, depth + 1,
                                 is_keyword ? kind_below(name) : part_kind::schema);
      if (!child) return child;
      made[name] = std::move(*child);
    }
    return made;
  }

  result<json> follow(const std::string& target, const std::string& pointer, std::size_t depth) {
    if (!target.starts_with("#/")) // Also "#", which is the schema itself.
      return wrong(pointer + "/$ref", "only places of this document are supported, \"#/…\"");
    try {
      const json::json_pointer place{target.substr(1)};
      if (document_.contains(place))
        return resolve(document_.at(place), place.to_string(), depth + 1, part_kind::schema);
    } catch (const json::exception&) {
      // No pointer: there is no such place.
    }
    return wrong(pointer + "/$ref", "there is no such place in the schema");
  }

  /// They are there to be named by references, and relative ones are not supported.
  static bool is_left_out(std::string_view keyword) {
    return keyword == "definitions" || keyword == "$defs" || keyword == "$id" || keyword == "id";
  }

  static part_kind kind_below(std::string_view keyword) {
    return keyword == "properties" || keyword == "dependencies" ? part_kind::names
                                                                : part_kind::schema;
  }

  /// What values are compared with, in which nothing is a keyword.
  static bool is_data(std::string_view keyword) {
    return keyword == "enum" || keyword == "const" || keyword == "default" || keyword == "examples";
  }

  result<json> copy(const json& part, const std::string& pointer) {
    out_.parts += count_parts(part);
    if (out_.parts > parts_max) return wrong(pointer, too_many);
    return part;
  }

  result<void> check_keyword(const std::string& name, const json& value, const std::string& below) {
    if (name == "patternProperties") return wrong(below, "not supported");
    if (name == "type" &&
        !std::ranges::all_of(value.is_array() ? value : json::array({value}), is_type))
      return wrong(below, "no such type");
    // The validator divides by it, as a 64-bit integer if it is one.
    if (name == "multipleOf" && !is_divisor(value))
      return wrong(below, "has to be a number above 0, of 9007199254740991 at most");
    if (name == "uniqueItems") out_.compares_all_items = true;
    if (name == "format" && value.is_string())
      note_pattern(value == "date" || value == "time" || value == "date-time");
    if (name != "pattern") return {};
    note_pattern(true);
    if (!value.is_string()) return wrong(below, "a pattern is a string");
    const auto refused =
        pattern_rules::judge(value.get_ref<const std::string&>(), out_.quantifiers);
    return refused.empty() ? result<void>{} : wrong(below, refused);
  }

  void note_pattern(bool is_one) {
    if (!is_one) return;
    out_.has_patterns = true;
    ++out_.patterns;
    out_.quantifiers = std::max(out_.quantifiers, 1);
  }

  const json& document_;
  bounded_schema out_;
};

} // namespace

result<bounded_schema> bound_schema(const json& schema) {
  return resolver{schema}.run();
}

std::size_t count_parts(const json& value) {
  std::size_t count = 1;
  if (value.is_structured())
    for (const json& child : value)
      count += count_parts(child);
  return count;
}

double pattern_steps(const json& value, int quantifiers) {
  const auto of = [quantifiers](const std::string& text) {
    double steps = 1;
    for (int number = 1; number <= quantifiers; ++number)
      steps *= static_cast<double>(text.size() + 1) / number;
    return steps;
  };
  if (value.is_string()) return of(value.get_ref<const std::string&>());
  double steps = 0;
  if (value.is_object())
    for (const auto& [name, member] : value.items())
      steps += of(name) + pattern_steps(member, quantifiers);
  else if (value.is_array())
    for (const json& item : value)
      steps += pattern_steps(item, quantifiers);
  return steps;
}

std::size_t longest_string(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size();
  std::size_t longest = 0;
  if (value.is_object())
    for (const auto& [name, member] : value.items())
      longest = std::max({longest, name.size(), longest_string(member)});
  else if (value.is_array())
    for (const json& item : value)
      longest = std::max(longest, longest_string(item));
  return longest;
}

} // namespace maque

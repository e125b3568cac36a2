#include "config/app_tables.hpp"
#include "config/readers.hpp"
#include "config/suggestion.hpp"
#include "config/text_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace maque::config {

namespace {

std::string describe_place(const std::string& file, std::size_t line) {
  return line == 0 ? file : file + ":" + std::to_string(line);
}

std::string_view describe_type(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_boolean()) return "a boolean";
  if (node.is_array()) return "a list of something else than strings";
  return "a date or a time";
}

given_value read_list(const toml::array& list) {
  std::vector<std::string> out;
  for (const auto& entry : list) {
    const auto text = entry.value_exact<std::string>();
    if (!text) return foreign_value{describe_type(list)};
    out.push_back(*text);
  }
  return out;
}

given_value read_node(const toml::node& node) {
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (const auto number = node.value_exact<double>()) return *number;
  if (auto text = node.value_exact<std::string>()) return *std::move(text);
  if (const auto* const list = node.as_array()) return read_list(*list);
  return foreign_value{describe_type(node)};
}

std::string_view line_of(std::string_view text, std::size_t number) {
  for (; number > 1 && !text.empty(); --number)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

// The parser's words may quote the text that it stumbled over, which must not be a secret's.
std::string describe_syntax_error(const toml::parse_error& failure, std::string_view text) {
  const std::size_t line = failure.source().begin.line;
  for (const auto number : {line, line - 1})
    for (const auto& each : all_options())
      if (each.is_secret() && line_of(text, number).find(each.key()) != std::string_view::npos)
        return "this is not valid TOML (not shown, for it may be a secret): is the value in "
               "quotation marks?";
  return std::string{failure.description()};
}

std::vector<std::string> section_names() {
  std::vector<std::string> out;
  for (const auto& each : all_options())
    if (out.empty() || out.back() != each.section()) out.emplace_back(each.section());
  return out;
}

// Walks through the file's tables. The parser sorts them by name; people read from top to bottom.
class document_reader {
public:
  document_reader(std::string file, collector& into) : file_{std::move(file)}, into_{into} {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root)
      read_top(key.str(), node);
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const finding& a, const finding& b) { return a.line < b.line; });
    for (auto& [line, target, value, problem, app] : findings_) {
      auto where = describe_place(file_, line);
      if (app != 0) {
        give_app(app, *target, value, where, into_);
      } else if (target != nullptr) {
        into_.give(*target, value, std::move(where));
      } else {
        into_.add_problem(std::move(where), std::move(problem));
      }
    }
  }

private:
  // A value for an option, or something that is wrong with the file.
  struct finding {
    std::size_t line;
    const option* target;
    given_value value;
    std::string problem;
    std::size_t app = 0; ///< The number of its [[wechat.app]], from 1; 0: it stands in a section.
  };

  void add_problem(const toml::node& at, std::string what) {
    findings_.push_back({at.source().begin.line, nullptr, {}, std::move(what), 0});
  }

  void read_top(std::string_view section_name, const toml::node& node) {
    const auto sections = section_names();
    const std::string title{section_name};
    const bool known = std::find(sections.begin(), sections.end(), title) != sections.end();
    const auto* const table = node.as_table();
    if (known && table != nullptr) {
      for (const auto& [key, child] : *table)
        read_option(title, key.str(), child);
    } else if (known) {
      add_problem(node, title + " must be a section: [" + title + "]");
    } else if (table != nullptr || node.is_array_of_tables()) {
      add_problem(node, "there is no section [" + title + "]" + guess_section(title, sections));
    } else {
      add_problem(node, title + " is not a setting" + guess_option("", title));
    }
  }

  void read_option(const std::string& section, std::string_view key, const toml::node& node) {
    const auto name = section + "." + std::string{key};
    if (const auto* const known = find_option(name); known != nullptr) {
      findings_.push_back({node.source().begin.line, known, read_node(node), {}, 0});
    } else if (name == "wechat.app" && node.is_array_of_tables()) {
      read_apps(*node.as_array());
    } else {
      add_problem(node, name + " is not a setting" + guess_option(section, key));
    }
  }

  void read_apps(const toml::array& tables) {
    std::size_t number = 0;
    for (const auto& table : tables) {
      ++number;
      for (const auto& [key, node] : *table.as_table()) {
        if (const auto* const known = find_app_option(key.str()); known != nullptr)
          findings_.push_back({node.source().begin.line, known, read_node(node), {}, number});
        else
          add_problem(node, std::string{key.str()} + " is not a setting of a [[wechat.app]]");
      }
    }
  }

  static std::string guess_section(const std::string& section,
                                   const std::vector<std::string>& sections) {
    const auto nearest = find_nearest(section, sections);
    return nearest.empty() ? "" : "; did you mean [" + std::string{nearest} + "]?";
  }

  // A key of the same section that is written alike, or one of that very name elsewhere.
  static std::string guess_option(std::string_view section, std::string_view key) {
    std::vector<std::string> keys;
    for (const auto& each : all_options()) {
      if (each.key() == key)
        return "; did you mean " + std::string{each.key()} + " in the section [" +
               std::string{each.section()} + "]?";
      if (each.section() == section) keys.emplace_back(each.key());
    }
    const auto nearest = find_nearest(key, keys);
    return nearest.empty() ? "" : "; did you mean " + std::string{nearest} + "?";
  }

  std::string file_;
  collector& into_;
  std::vector<finding> findings_;
};

} // namespace

void read_toml_file(const std::filesystem::path& file, bool required, collector& into) {
  if (file.empty()) return;
  const auto name = file.string();
  const auto text = read_text_file(file);
  if (!text) {
    if (text.error().missing && !required) return;
    into.mark_incomplete();
    into.add_problem(describe_place(name, text.error().line), text.error().what);
    return;
  }
  try {
    document_reader{name, into}.read(toml::parse(*text, name));
  } catch (const toml::parse_error& failure) {
    into.mark_incomplete();
    into.add_problem(describe_place(name, failure.source().begin.line),
                     describe_syntax_error(failure, *text));
  }
}

} // namespace maque::config

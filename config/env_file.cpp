#include "config/readers.hpp"
#include "config/text_file.hpp"
#include "domain/text.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <optional>

namespace maque::config {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim_front(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view trim_back(std::string_view text) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

struct assignment {
  std::string_view name;
  std::string value;
};

// The messages never show the line: it may hold a secret.
using parsed_value = tl::expected<std::string, std::string_view>;
using refusal = tl::unexpected<std::string_view>;

bool is_name(std::string_view text) {
  const auto is_letter = [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || letter == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char letter) {
           return is_letter(letter) || (letter >= '0' && letter <= '9');
         });
}

std::optional<char> unescape(char letter) {
  switch (letter) {
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case '"':
  case '\\':
    return letter;
  default:
    return std::nullopt;
  }
}

// `text` begins with its opening quotation mark.
parsed_value parse_quoted(std::string_view text) {
  const char mark = text.front();
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == mark) {
      const auto rest = trim_front(text.substr(at + 1));
      if (!rest.empty() && rest.front() != '#')
        return refusal{"nothing but a comment may follow the closing quotation mark"};
      return value;
    }
    if (mark == '"' && text[at] == '\\') {
      const auto meant = at + 1 < text.size() ? unescape(text[++at]) : std::nullopt;
      if (!meant) return refusal{R"(a backslash must be followed by n, r, t, " or \)"};
      value.push_back(*meant);
    } else {
      value.push_back(text[at]);
    }
  }
  return refusal{"the closing quotation mark is missing"};
}

parsed_value parse_value(std::string_view text) {
  const auto value = trim_front(text);
  if (value.starts_with('"') || value.starts_with('\'')) return parse_quoted(value);
  const auto comment = std::min(text.find(" #"), text.find("\t#"));
  return std::string{trim_back(trim_front(text.substr(0, comment)))};
}

tl::expected<assignment, std::string_view> parse_assignment(std::string_view line) {
  if (line.starts_with("export ")) line = trim_front(line.substr(7));
  const auto equals = line.find('=');
  const auto name = trim_back(line.substr(0, equals));
  if (equals == std::string_view::npos || !is_name(name))
    return refusal{"this is not KEY=VALUE, a comment (#) or an empty line"};
  return parse_value(line.substr(equals + 1)).map([name](std::string value) {
    return assignment{name, std::move(value)};
  });
}

// Takes the lines of one file.
class line_reader {
public:
  line_reader(std::string file, collector& into) : file_{std::move(file)}, into_{into} {}

  void take(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim_front(line);
    if (line.empty() || line.front() == '#') return;
    const auto parsed = parse_assignment(line);
    if (!parsed) {
      into_.add_problem(where(), std::string{parsed.error()});
    } else if (parsed->name.starts_with("MAQUE_")) {
      take(*parsed);
    }
  }

private:
  void take(const assignment& given) {
    const auto [first, is_new] = lines_.emplace(given.name, number_);
    if (is_new) {
      give_variable(given.name, given.value, where(), into_);
    } else {
      into_.add_problem(where(), std::string{given.name} + " is given twice, first in line " +
                                     std::to_string(first->second));
    }
  }

  std::string where() const { return file_ + ":" + std::to_string(number_); }

  std::string file_;
  collector& into_;
  std::size_t number_ = 0;
  std::map<std::string, std::size_t, std::less<>> lines_;
};

} // namespace

void read_env_file(const std::filesystem::path& file, bool required, collector& into) {
  if (file.empty()) return;
  const auto content = read_text_file(file);
  if (!content) {
    const auto& [missing, line, what] = content.error();
    if (missing && !required) return;
    into.mark_incomplete();
    into.add_problem(file.string() + (line == 0 ? "" : ":" + std::to_string(line)), what);
    return;
  }
  line_reader reader{file.string(), into};
  for (std::string_view rest = *content; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    reader.take(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

} // namespace maque::config

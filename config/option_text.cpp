// How options and their values are put into words.
#include "config/duration.hpp"
#include "config/option_value.hpp"
#include "domain/text.hpp"

#include <array>
#include <charconv>
#include <type_traits>

namespace maque::config {

namespace {

std::string format_number(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  std::string out{text.data(), end};
  // "1" would be an integer of TOML.
  if (out.find_first_not_of("-0123456789") == std::string::npos) out.append(".0");
  return out;
}

// A basic string of TOML 1.0. Values have no control characters, so two escapes are enough.
std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out.push_back('\\');
    out.push_back(letter);
  }
  return out.append("\"");
}

std::vector<std::string> reveal(const std::vector<secret>& secrets) {
  std::vector<std::string> out;
  out.reserve(secrets.size());
  for (const secret& each : secrets)
    out.push_back(each.reveal());
  return out;
}

// How a value is written without quotation marks; in a list, with commas.
struct printing {
  const option& of;

  std::string operator()(const std::uint16_t* place) const { return std::to_string(*place); }
  std::string operator()(const std::uint32_t* place) const { return std::to_string(*place); }
  std::string operator()(const milliseconds* place) const { return format_duration(*place); }
  std::string operator()(const double* place) const { return format_number(*place); }
  std::string operator()(const std::string* place) const { return *place; }
  std::string operator()(const std::filesystem::path* place) const { return place->string(); }
  std::string operator()(const secret* place) const { return place->reveal(); }
  std::string operator()(const std::vector<std::string>* place) const {
    std::string out;
    for (const auto& entry : *place)
      out.append(out.empty() ? "" : ",").append(entry);
    return out;
  }
  std::string operator()(const std::vector<secret>* place) const {
    const auto list = reveal(*place);
    return (*this)(&list);
  }
  template <class Enum>
  requires std::is_enum_v<Enum> std::string operator()(const Enum* place) const {
    return std::string{of.choices[static_cast<std::size_t>(*place)]};
  }
};

std::string quote_list(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const auto& entry : list)
    out.append(out.size() == 1 ? "" : ", ").append(quote(entry));
  return out.append("]");
}

std::string join_choices(std::span<const std::string_view> choices) {
  std::string out = "one of ";
  for (std::size_t index = 0; index < choices.size(); ++index)
    out.append(index == 0 ? "" : ", ").append(quote(choices[index]));
  return out;
}

std::string join_range(const std::string& minimum, const std::string& maximum) {
  return " from " + minimum + " to " + maximum;
}

std::string describe_number(const option& of) {
  std::string out = "a whole number";
  if (!of.unit.empty()) out.append(" of ").append(of.unit);
  return out + join_range(std::to_string(of.limits.minimum), std::to_string(of.limits.maximum));
}

std::string describe_duration(const bounds& limits) {
  const std::string out = limits.step == 1 ? "a duration" : "a duration of whole seconds";
  return out + join_range(quote(format_duration(milliseconds{limits.minimum})),
                          quote(format_duration(milliseconds{limits.maximum})));
}

// "1 to 253 bytes", "at most 4095 bytes"
std::string describe_size(const bounds& limits, std::string_view unit) {
  const std::string minimum =
      limits.minimum == 0 ? "at most " : std::to_string(limits.minimum) + " to ";
  return minimum + std::to_string(limits.maximum) + " " + std::string{unit};
}

} // namespace

std::string describe_expected(const option& of) {
  if (!of.choices.empty()) return join_choices(of.choices);
  settings any;
  return std::visit(
      [&of](auto* place) -> std::string {
        using kind = std::remove_pointer_t<decltype(place)>;
        if constexpr (std::is_integral_v<kind>) {
          return describe_number(of);
        } else if constexpr (std::is_same_v<kind, milliseconds>) {
          return describe_duration(of.limits);
        } else if constexpr (std::is_same_v<kind, double>) {
          return "a number" +
                 join_range(std::to_string(of.limits.minimum), std::to_string(of.limits.maximum));
        } else if constexpr (std::is_same_v<kind, std::vector<std::string>> ||
                             std::is_same_v<kind, std::vector<secret>>) {
          return "a list of " + describe_size(of.limits, "strings");
        } else {
          return "a string of " + describe_size(of.limits, "bytes");
        }
      },
      of.locate(any));
}

std::string_view describe_form(const option& of) {
  settings any;
  const auto place = of.locate(any);
  if (std::holds_alternative<milliseconds*>(place))
    return " (in ms, s, m, h or d; without a unit: milliseconds)";
  if (std::holds_alternative<std::vector<std::string>*>(place) ||
      std::holds_alternative<std::vector<secret>*>(place))
    return " (none of them empty, in UTF-8 without control characters)";
  const bool is_free_text = std::holds_alternative<std::string*>(place) ||
                            std::holds_alternative<std::filesystem::path*>(place) ||
                            std::holds_alternative<secret*>(place);
  return is_free_text && of.choices.empty() ? " (in UTF-8 without control characters)" : "";
}

std::string describe_given(const given_value& value) {
  struct describing {
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return format_number(number); }
    std::string operator()(const std::string& text) const {
      constexpr std::size_t shown_bytes = 60;
      if (text.size() > shown_bytes) return "a string of " + std::to_string(text.size()) + " bytes";
      if (!count_code_points(text)) return "a string that is not UTF-8";
      if (has_control_characters(text)) return "a string with control characters";
      return quote(text);
    }
    std::string operator()(const std::vector<std::string>& list) const {
      return "a list of " + std::to_string(list.size()) + " strings";
    }
    std::string operator()(const foreign_value& foreign) const { return std::string{foreign.type}; }
  };
  return std::visit(describing{}, value);
}

std::string to_text(const option& of, const settings& values) {
  auto copy = values;
  return std::visit(printing{of}, of.locate(copy));
}

std::string to_toml(const option& of, const settings& values) {
  auto copy = values;
  const auto place = of.locate(copy);
  if (const auto* const list = std::get_if<std::vector<std::string>*>(&place))
    return quote_list(**list);
  if (const auto* const list = std::get_if<std::vector<secret>*>(&place))
    return quote_list(reveal(**list));
  const auto text = std::visit(printing{of}, place);
  const bool is_number = std::holds_alternative<std::uint16_t*>(place) ||
                         std::holds_alternative<std::uint32_t*>(place) ||
                         std::holds_alternative<double*>(place);
  return is_number ? text : quote(text);
}

} // namespace maque::config

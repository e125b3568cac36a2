#include "config/option_value.hpp"

#include "config/duration.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <type_traits>
#include <utility>

namespace maque::config {

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  if (trim(text).empty()) return out;
  while (true) {
    const auto comma = text.find(',');
    out.emplace_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

bool is_text(std::string_view text) {
  return count_code_points(text).has_value() && !has_control_characters(text);
}

given_value text_or(std::string_view text, std::optional<given_value> number) {
  return number ? *std::move(number) : given_value{std::string{text}};
}

// Each puts the value in its place, or returns false if it isn't what the option wants.
class storing {
public:
  storing(const option& of, const given_value& value) : of_{of}, value_{value} {}

  bool operator()(std::uint16_t* place) const { return store_number(place); }
  bool operator()(std::uint32_t* place) const { return store_number(place); }
  bool operator()(milliseconds* place) const {
    auto count = get<std::int64_t>();
    if (const auto text = get<std::string>())
      if (const auto duration = parse_duration(*text)) count = duration->count();
    if (!count || !is_within(*count)) return false;
    *place = milliseconds{*count};
    return true;
  }
  bool operator()(double* place) const {
    auto number = get<double>();
    if (const auto whole = get<std::int64_t>()) number = static_cast<double>(*whole);
    // Written so that NaN, which compares with nothing, is refused.
    const bool fits = number && *number >= static_cast<double>(of_.limits.minimum) &&
                      *number <= static_cast<double>(of_.limits.maximum);
    if (fits) *place = *number;
    return fits;
  }
  bool operator()(std::string* place) const {
    if (!of_.choices.empty() && !find_choice()) return false;
    return store_text(place);
  }
  bool operator()(std::filesystem::path* place) const { return store_text(place); }
  bool operator()(secret* place) const { return store_text(place); }
  bool operator()(std::vector<std::string>* place) const {
    const auto list = get<std::vector<std::string>>();
    if (!list || !is_within(static_cast<std::int64_t>(list->size()))) return false;
    const auto is_entry = [](const std::string& entry) { return !entry.empty() && is_text(entry); };
    if (!std::all_of(list->begin(), list->end(), is_entry)) return false;
    *place = *list;
    return true;
  }
  bool operator()(std::vector<secret>* place) const {
    std::vector<std::string> list;
    if (!(*this)(&list)) return false;
    place->clear();
    for (std::string& entry : list)
      place->emplace_back(std::move(entry));
    return true;
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  bool operator()(Enum* place) const {
    const auto choice = find_choice();
    if (choice) *place = static_cast<Enum>(*choice);
    return choice.has_value();
  }

private:
  template <class Value>
  std::optional<Value> get() const {
    const auto* held = std::get_if<Value>(&value_);
    return held == nullptr ? std::nullopt : std::optional<Value>{*held};
  }

  bool is_within(std::int64_t number) const {
    const auto& [minimum, maximum, step] = of_.limits;
    return number >= minimum && number <= maximum && number % step == 0;
  }

  template <class Number>
  bool store_number(Number* place) const {
    const auto number = get<std::int64_t>();
    if (!number || !is_within(*number)) return false;
    *place = static_cast<Number>(*number);
    return true;
  }

  template <class Text>
  bool store_text(Text* place) const {
    auto text = get<std::string>();
    if (!text || !is_text(*text)) return false;
    if (of_.choices.empty() && !is_within(static_cast<std::int64_t>(text->size()))) return false;
    *place = Text{*std::move(text)};
    return true;
  }

  std::optional<std::size_t> find_choice() const {
    const auto text = get<std::string>();
    const auto found = std::find(of_.choices.begin(), of_.choices.end(), text.value_or(""));
    if (found == of_.choices.end()) return std::nullopt;
    return static_cast<std::size_t>(found - of_.choices.begin());
  }

  const option& of_;
  const given_value& value_;
};

} // namespace

given_value read_text(const option& of, std::string_view text) {
  settings any;
  return std::visit(
      [text](auto* place) -> given_value {
        using kind = std::remove_pointer_t<decltype(place)>;
        if constexpr (std::is_same_v<kind, double>) {
          return text_or(text, parse_number<double>(text));
        } else if constexpr (std::is_integral_v<kind> || std::is_same_v<kind, milliseconds>) {
          return text_or(text, parse_number<std::int64_t>(text));
        } else if constexpr (std::is_same_v<kind, std::vector<std::string>> ||
                             std::is_same_v<kind, std::vector<secret>>) {
          return split_list(text);
        } else {
          return std::string{text};
        }
      },
      of.locate(any));
}

tl::expected<void, std::string> store(const option& of, const given_value& value,
                                      settings& target) {
  if (std::visit(storing{of, value}, of.locate(target))) return {};
  std::string what{of.name};
  what.append(" must be ").append(describe_expected(of)).append(describe_form(of));
  if (!of.is_secret()) what.append("; it is ").append(describe_given(value));
  return tl::unexpected{std::move(what)};
}

} // namespace maque::config

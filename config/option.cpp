#include "config/option.hpp"

#include <algorithm>

namespace maque::config {

std::string_view option::section() const noexcept {
  return name.substr(0, name.find('.'));
}

std::string_view option::key() const noexcept {
  return name.substr(name.find('.') + 1);
}

std::string option::variable() const {
  std::string out = "MAQUE_";
  for (const char letter : name) {
    const bool lower_case = letter >= 'a' && letter <= 'z';
    out.push_back(letter == '.' ? '_'
                  : lower_case  ? static_cast<char>(letter - 'a' + 'A')
                                : letter);
  }
  return out;
}

bool option::is_secret() const {
  settings any;
  const location place = locate(any);
  return std::holds_alternative<secret*>(place) ||
         std::holds_alternative<std::vector<secret>*>(place);
}

const option* find_option(std::string_view name) noexcept {
  const auto options = all_options();
  const auto found = std::find_if(options.begin(), options.end(),
                                  [name](const option& each) { return each.name == name; });
  return found == options.end() ? nullptr : &*found;
}

} // namespace maque::config

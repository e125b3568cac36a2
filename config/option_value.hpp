#pragma once

#include "config/option.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace maque::config {

/// A value of a type that no option has.
struct foreign_value {
  std::string_view type; ///< "a date"
};

/// A value as a source gave it, before it is held against its option.
using given_value =
    std::variant<std::int64_t, double, std::string, std::vector<std::string>, foreign_value>;

/// Reads text (of the environment, `.env` or a flag) in the way that `of` wants: a list is
/// separated by commas; what should be a number and isn't stays text, which store() refuses.
given_value read_text(const option& of, std::string_view text);

/// Puts `value` into `target`, or tells what would be right. The text never shows a secret.
tl::expected<void, std::string> store(const option& of, const given_value& value, settings& target);

/// The option's value as TOML; a secret is shown too.
std::string to_toml(const option& of, const settings& values);

/// What is shown of a value that must not be shown itself; nothing: it may be.
std::optional<std::string> placeholder_for(const option& of, const settings& values);

/// The option's value as store(read_text()) takes it.
std::string to_text(const option& of, const settings& values);

/// What the option's value has to be: "a whole number of bytes from 1024 to 65536".
std::string describe_expected(const option& of);

/// What else there is to know about the form, as an appendix in parentheses; often empty.
std::string_view describe_form(const option& of);

/// The value for a message to people: short, on one line. Not for secrets.
std::string describe_given(const given_value& value);

} // namespace maque::config

#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace maque {

/// Whether somebody sits at standard input.
bool is_interactive();

/// One line of standard input without its end, "\n" or "\r\n"; what comes behind it is left there.
/// Fails with invalid_field if it is empty or longer than `limit` bytes.
/// @param what for people: "password".
result<secret> read_secret(std::string_view what, std::size_t limit);

/// Asks for it twice on the terminal, and shows nothing of what is typed. Fails with invalid_field
/// if it is not the same both times, or as read_secret() does.
result<secret> ask_secret(std::string_view what, std::size_t limit);

/// Asks on the terminal; anything but "y" and "yes" is a no.
bool confirm(const std::string& question);

/// What a client said of himself, without what would steer a terminal or deceive its reader: a
/// text with such characters, or one that is not UTF-8, is shown as ASCII with question marks.
std::string printable(std::string_view text);

} // namespace maque

#pragma once

#include "http/exchange.hpp"

#include <string>
#include <string_view>

namespace maque::http {

/// Appends the response of an exchange as it goes over the wire.
/// @param date_line the Date field with its CRLF (RFC 9110, section 6.6.1).
void append_response(std::string& out, const exchange& answered, bool keep_alive,
                     std::string_view date_line);

/// The Date field of this moment with its CRLF.
std::string make_date_line(utc_time now);

} // namespace maque::http

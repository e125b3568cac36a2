#include "http/response_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>

namespace maque::http {

namespace {

std::string_view reason_of(int status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 204:
    return "No Content";
  case 304:
    return "Not Modified";
  case 308:
    return "Permanent Redirect";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 411:
    return "Length Required";
  case 413:
    return "Content Too Large";
  case 414:
    return "URI Too Long";
  case 415:
    return "Unsupported Media Type";
  case 417:
    return "Expectation Failed";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "Unknown"; // a phrase has no meaning to a client (RFC 9112, section 4)
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(failure); // 20 digits hold every 64-bit number
  out.append(digits.data(), end);
}

/// RFC 9110, section 8.6: no length where there is never content.
bool has_content(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

} // namespace

void append_response(std::string& out, const exchange& answered, bool keep_alive,
                     std::string_view date_line) {
  const response& outgoing = answered.outgoing;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(outgoing.status));
  out += ' ';
  out += reason_of(outgoing.status);
  out += "\r\n";
  out += date_line;
  if (!outgoing.content_type.empty()) {
    out += "Content-Type: ";
    out += outgoing.content_type;
    out += "\r\nX-Content-Type-Options: nosniff\r\n";
  }
  if (has_content(outgoing.status) && !outgoing.is_stream) {
    out += "Content-Length: ";
    append_number(out, outgoing.body.size());
    out += "\r\n";
  }
  out += "X-Trace-Id: ";
  append_hex(out, answered.context.trace);
  out += "\r\n";
  out += outgoing.headers;
  if (!keep_alive)
    out += "Connection: close\r\n";
  else if (answered.incoming.version() == 10)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  if (answered.incoming.verb() != method::head && has_content(outgoing.status))
    out += outgoing.body;
}

std::string make_date_line(utc_time now) {
  // IMF-fixdate (RFC 9110, section 5.6.7), whatever the locale.
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(now - day)};
  return fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                     days[std::chrono::weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

} // namespace maque::http

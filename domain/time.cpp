#include "domain/time.hpp"

#include <algorithm>

namespace maque {

namespace {

using namespace std::chrono;

constexpr utc_time earliest = sys_days{year{0} / 1 / 1};
constexpr utc_time latest = sys_days{year{10000} / 1 / 1} - microseconds{1};

void append_digits(std::string& out, std::int64_t value, int width) {
  out.append(static_cast<std::size_t>(width), '0');
  for (auto digit = out.rbegin(); width > 0; ++digit, --width, value /= 10) {
    *digit = static_cast<char>('0' + value % 10);
  }
}

} // namespace

std::string to_rfc3339(utc_time time) {
  time = std::clamp(time, earliest, latest);
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};

  std::string text;
  text.reserve(sizeof "2026-11-22T10:38:22.000001Z");
  append_digits(text, static_cast<int>(date.year()), 4);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_digits(text, clock.hours().count(), 2);
  text += ':';
  append_digits(text, clock.minutes().count(), 2);
  text += ':';
  append_digits(text, clock.seconds().count(), 2);
  if (clock.subseconds() != microseconds::zero()) {
    text += '.';
    append_digits(text, clock.subseconds().count(), 6);
  }
  text += 'Z';
  return text;
}

} // namespace maque

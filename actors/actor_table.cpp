#include "actors/actor_report.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace maque {

namespace {

/// "340 ns", "12.5 µs", "3.4 ms", "1.25 s": three digits that count.
std::string readable(std::chrono::nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  if (ns < 1e3) return fmt::format("{:.0f} ns", ns);
  const auto scaled = [](double value, std::string_view unit) {
    const int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, digits, unit);
  };
  if (ns < 1e6) return scaled(ns / 1e3, "µs");
  if (ns < 1e9) return scaled(ns / 1e6, "ms");
  return scaled(ns / 1e9, "s");
}

/// On one line, whatever was in it.
std::string one_line(std::string text) {
  for (char& each : text)
    if (static_cast<unsigned char>(each) < ' ' || each == '\x7F') each = '?';
  if (!count_code_points(text) || has_control_characters(text))
    std::ranges::replace_if(
        text, [](char each) { return static_cast<signed char>(each) < 0; }, '?');
  return text;
}

std::string last_failure_of(const actor_row& row) {
  if (!row.last_failure) return "-";
  return to_rfc3339(row.last_failure->at) + " " + one_line(row.last_failure->text);
}

struct column {
  std::string_view title;
  std::string (*text)(const actor_row&);
  bool is_number = true;
};

constexpr std::array columns{
    column{"ACTOR", [](const actor_row& row) { return row.type; }, false},
    column{"LANE", [](const actor_row& row) { return std::to_string(row.lane); }},
    column{"ALIVE", [](const actor_row& row) { return std::to_string(row.alive); }},
    column{"RECEIVED", [](const actor_row& row) { return std::to_string(row.received); }},
    column{"PROCESSED", [](const actor_row& row) { return std::to_string(row.processed); }},
    column{"FAILED", [](const actor_row& row) { return std::to_string(row.failed); }},
    column{"MAILBOX", [](const actor_row& row) { return std::to_string(row.mailbox); }},
    column{"MAX", [](const actor_row& row) { return std::to_string(row.mailbox_max); }},
    column{"PER SECOND",
           [](const actor_row& row) { return fmt::format("{:.1f}", row.per_second); }},
    column{"WAITING mean", [](const actor_row& row) { return readable(row.waiting.mean); }},
    column{"p50", [](const actor_row& row) { return readable(row.waiting.p50); }},
    column{"p95", [](const actor_row& row) { return readable(row.waiting.p95); }},
    column{"p99", [](const actor_row& row) { return readable(row.waiting.p99); }},
    column{"max", [](const actor_row& row) { return readable(row.waiting.max); }},
    column{"WORKING mean", [](const actor_row& row) { return readable(row.working.mean); }},
    column{"p50", [](const actor_row& row) { return readable(row.working.p50); }},
    column{"p95", [](const actor_row& row) { return readable(row.working.p95); }},
    column{"p99", [](const actor_row& row) { return readable(row.working.p99); }},
    column{"max", [](const actor_row& row) { return readable(row.working.max); }},
    column{"RESTARTS", [](const actor_row& row) { return std::to_string(row.restarts); }},
    column{"LAST ERROR", last_failure_of, false},
};

using cells = std::array<std::string, columns.size()>;

std::size_t width_of(const std::string& text) {
  return count_code_points(text).value_or(text.size());
}

void append_padded(std::string& out, const std::string& text, std::size_t width,
                   bool to_the_right) {
  const std::size_t missing = width - std::min(width, width_of(text));
  if (to_the_right) out.append(missing, ' ');
  out += text;
  if (!to_the_right) out.append(missing, ' ');
}

} // namespace

std::string to_table(const std::vector<actor_row>& rows) {
  std::vector<cells> lines(rows.size() + 1);
  std::array<std::size_t, columns.size()> widths{};
  for (std::size_t at = 0; at < columns.size(); ++at) {
    lines[0][at] = columns[at].title;
    for (std::size_t row = 0; row < rows.size(); ++row)
      lines[row + 1][at] = columns[at].text(rows[row]);
    for (const cells& line : lines)
      widths[at] = std::max(widths[at], width_of(line[at]));
  }
  std::string out;
  for (const cells& line : lines) {
    for (std::size_t at = 0; at < columns.size(); ++at) {
      if (at != 0) out += "  ";
      append_padded(out, line[at], widths[at], columns[at].is_number);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

} // namespace maque

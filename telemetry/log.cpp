#include "telemetry/log.hpp"

#include "telemetry/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <exception>

namespace maque::log {

namespace {

constexpr std::array<std::string_view, 7> level_names = {"trace", "debug",    "info", "warn",
                                                         "error", "critical", "off"};

constexpr std::array<std::string_view, source_count> source_names = {
    "server", "http", "actors", "db", "wechat", "security", "config", "telemetry", "cluster"};

template <std::size_t Digits>
void write_digits(char* at, std::uint64_t number) noexcept {
  for (std::size_t place = Digits; place > 0; --place) {
    at[place - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

// RFC 3339 with exactly six digits of fraction, so that lines sort as text and columns align.
void append_timestamp(std::string& out, utc_time now) {
  namespace chrono = std::chrono;
  const auto midnight = chrono::floor<chrono::days>(now);
  const chrono::year_month_day date{midnight};
  const chrono::hh_mm_ss time{now - midnight};
  std::array<char, 27> text = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':',
                               '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
  write_digits<4>(text.data(), static_cast<std::uint64_t>(static_cast<int>(date.year())));
  write_digits<2>(text.data() + 5, static_cast<unsigned>(date.month()));
  write_digits<2>(text.data() + 8, static_cast<unsigned>(date.day()));
  write_digits<2>(text.data() + 11, static_cast<std::uint64_t>(time.hours().count()));
  write_digits<2>(text.data() + 14, static_cast<std::uint64_t>(time.minutes().count()));
  write_digits<2>(text.data() + 17, static_cast<std::uint64_t>(time.seconds().count()));
  write_digits<6>(text.data() + 20, static_cast<std::uint64_t>(time.subseconds().count()));
  out.append(text.data(), text.size());
}

void append_trace(std::string& out, const trace_id& trace) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 32> text;
  std::size_t at = 0;
  for (const auto byte : trace.bytes) {
    text[at++] = digits[byte >> 4U];
    text[at++] = digits[byte & 0xFU];
  }
  out.append(text.data(), text.size());
}

// Writes one value as JSON.
struct value_printer {
  std::string& out;

  void operator()(std::string_view text) const {
    out.push_back('"');
    append_json_text(out, text);
    out.push_back('"');
  }
  void operator()(bool flag) const { out.append(flag ? "true" : "false"); }
  void operator()(std::int64_t number) const { print(number); }
  void operator()(std::uint64_t number) const { print(number); }
  void operator()(double number) const {
    if (!std::isfinite(number)) {
      out.append("null"); // JSON has no infinity and no NaN (RFC 8259, section 6).
      return;
    }
    print(number);
  }

private:
  template <class Number>
  void print(Number number) const {
    std::array<char, 32> text; // The longest: a double's 17 digits, sign, point and exponent.
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
  }
};

} // namespace

std::string_view to_string(level value) noexcept {
  return level_names[static_cast<std::size_t>(value)];
}

std::optional<level> parse_level(std::string_view text) noexcept {
  for (std::size_t index = 0; index < level_names.size(); ++index)
    if (level_names[index] == text) return static_cast<level>(index);
  return std::nullopt;
}

std::string_view to_string(source value) noexcept {
  return source_names[static_cast<std::size_t>(value)];
}

std::optional<source> parse_source(std::string_view text) noexcept {
  for (std::size_t index = 0; index < source_names.size(); ++index)
    if (source_names[index] == text) return static_cast<source>(index);
  return std::nullopt;
}

std::optional<source_level> parse_source_level(std::string_view text) noexcept {
  const std::size_t middle = text.find('=');
  if (middle == std::string_view::npos) return std::nullopt;
  const auto from = parse_source(text.substr(0, middle));
  const auto threshold = parse_level(text.substr(middle + 1));
  if (!from || !threshold) return std::nullopt;
  return source_level{*from, *threshold};
}

void append_line(std::string& out, utc_time now, level severity, source from, const trace_id* trace,
                 std::string_view message, std::span<const field> fields) {
  out.append(R"({"timestamp":")");
  append_timestamp(out, now);
  out.append(R"(","level":")");
  out.append(to_string(severity));
  out.append(R"(","module":")");
  out.append(to_string(from));
  if (trace != nullptr) {
    out.append(R"(","trace_id":")");
    append_trace(out, *trace);
  }
  out.append(R"(","message":")");
  append_json_text(out, message);
  out.push_back('"');
  for (const auto& [name, value] : fields) {
    out.append(",\"");
    append_json_text(out, name);
    out.append("\":");
    std::visit(value_printer{out}, value);
  }
  out.append("}\n");
}

void channel::line(level severity, const trace_id* trace, std::string_view message,
                   std::initializer_list<field> fields) const noexcept {
  if (!enabled(severity)) return;
  try {
    std::string text;
    text.reserve(256 + message.size()); // Most lines then need one allocation.
    append_line(text, system_time_source{}.now(), severity, from_, trace, message, fields);
    sink().write(std::move(text), 1);
  } catch (const std::exception&) {
    sink().count_dropped(1);
  }
}

logger::logger(writer& sink, level threshold) : sink_{&sink}, common_{threshold} {
  apply();
}

/// With `changing_` held, or before anybody else knows the logger.
void logger::apply() noexcept {
  for (std::size_t index = 0; index < source_count; ++index)
    thresholds_[index].store(own_[index].value_or(common_), std::memory_order_relaxed);
}

void logger::set_threshold(level value) noexcept {
  const std::scoped_lock held{changing_};
  common_ = value;
  apply();
}

void logger::set_threshold(source from, std::optional<level> value) noexcept {
  const std::scoped_lock held{changing_};
  own_[static_cast<std::size_t>(from)] = value;
  apply();
}

void logger::set_thresholds(level common, std::span<const source_level> own) noexcept {
  const std::scoped_lock held{changing_};
  common_ = common;
  own_.fill(std::nullopt);
  for (const source_level& each : own)
    own_[static_cast<std::size_t>(each.from)] = each.threshold;
  apply();
}

level logger::common_threshold() const noexcept {
  const std::scoped_lock held{changing_};
  return common_;
}

std::optional<level> logger::own_threshold(source from) const noexcept {
  const std::scoped_lock held{changing_};
  return own_[static_cast<std::size_t>(from)];
}

} // namespace maque::log

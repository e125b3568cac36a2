#include "progress_bar.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace maque {
namespace {

using clock = std::chrono::steady_clock;

class no_progress final : public db::progress_listener {
public:
  void begin(std::string, std::uint64_t, std::string_view) override {}
  void advance_to(std::uint64_t) override {}
  void end() override {}
};

class progress_lines final : public db::progress_listener {
public:
  void begin(std::string step, std::uint64_t, std::string_view unit) override {
    step_ = std::move(step);
    unit_ = unit;
    done_ = 0;
  }
  void advance_to(std::uint64_t done) override { done_ = done; }
  void end() override { std::cerr << step_ << ": " << done_ << ' ' << unit_ << '\n'; }

private:
  std::string step_;
  std::string unit_;
  std::uint64_t done_ = 0;
};

class progress_bar final : public db::progress_listener {
public:
  /// What is said after a failure begins on a line of its own.
  ~progress_bar() override {
    if (open_) std::cerr << '\n';
  }

  void begin(std::string step, std::uint64_t total, std::string_view unit) override {
    step_ = std::move(step);
    unit_ = unit;
    total_ = total;
    done_ = 0;
    begun_ = clock::now();
    open_ = true;
    draw();
  }
  void advance_to(std::uint64_t done) override {
    constexpr auto between_drawings = std::chrono::milliseconds{100};
    done_ = done;
    if (clock::now() - drawn_ >= between_drawings) draw();
  }
  void end() override {
    draw();
    std::cerr << '\n';
    open_ = false;
  }

private:
  void draw() {
    drawn_ = clock::now();
    // Back to the line's begin; what is left of a longer text is erased.
    std::cerr << '\r' << draw_progress(step_, unit_, done_, total_, drawn_ - begun_) << "\x1b[K"
              << std::flush;
  }

  std::string step_;
  std::string unit_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  clock::time_point begun_;
  clock::time_point drawn_;
  bool open_ = false;
};

} // namespace

std::unique_ptr<db::progress_listener> make_progress(bool quiet) {
  if (quiet) return std::make_unique<no_progress>();
  if (::isatty(STDERR_FILENO) == 1) return std::make_unique<progress_bar>();
  return std::make_unique<progress_lines>();
}

void erase_progress() {
  if (::isatty(STDERR_FILENO) == 1) std::cerr << "\r\x1b[K";
}

std::string draw_progress(const std::string& step, std::string_view unit, std::uint64_t done,
                          std::uint64_t total, std::chrono::duration<double> elapsed) {
  constexpr std::size_t width = 20;
  constexpr std::chrono::duration<double> too_short_to_tell{0.001};
  const double rate = static_cast<double>(done) / std::max(elapsed, too_short_to_tell).count();
  if (done > total) return fmt::format("{:<26} {} {}, {:.0f} {}/s", step, done, unit, rate, unit);
  const double part = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const std::string full(static_cast<std::size_t>(part * width), '#');
  return fmt::format("{:<26} [{:<{}}] {} of {} {}, {:.0f} %, {:.0f} {}/s", step, full, width, done,
                     total, unit, part * 100, rate, unit);
}

} // namespace maque

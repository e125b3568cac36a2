#pragma once

#include "db/archive.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace maque {

/// How progress is shown on standard error: as a bar that is redrawn if it is a terminal, as one
/// line a step otherwise, or not at all.
std::unique_ptr<db::progress_listener> make_progress(bool quiet);

/// Makes room for a line on standard error: takes the bar away, if there is one, until it is drawn
/// again.
void erase_progress();

/// One state of the bar: "users [#####     ] 500 of 1000 rows, 50 %, 1200 rows/s"; with more done
/// than the total, which was not known then, "users 500 rows, 1200 rows/s".
std::string draw_progress(const std::string& step, std::string_view unit, std::uint64_t done,
                          std::uint64_t total, std::chrono::duration<double> elapsed);

} // namespace maque

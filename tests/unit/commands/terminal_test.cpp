#include "progress_bar.hpp"
#include "terminal.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace maque {
namespace {

TEST(Printable, TakesAwayWhatSteersATerminal) {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"iPhone 15 <WeChat 8.0.50>", "iPhone 15 <WeChat 8.0.50>"},
      {"\u9EBB\u96C0", "\u9EBB\u96C0"},
      {"\x1B]0;title\x07text", "?]0;title?text"},
      {"two\nlines", "two?lines"},
      {"C1 \u009B", "C1 ??"},
      {"right to left \u202E", "right to left ???"},
      {"not UTF-8 \xFF", "not UTF-8 ?"}};
  for (const auto& [given, shown] : texts)
    EXPECT_EQ(printable(given), shown);
}

TEST(ProgressBar, ShowsAPartOfWhatIsKnownAndOtherwiseANumber) {
  const auto draw = [](std::uint64_t done, std::uint64_t total) {
    return draw_progress("users", "lines", done, total, std::chrono::seconds{2});
  };
  EXPECT_EQ(draw(500, 1000), "users                      [##########          ] 500 of 1000 lines, "
                             "50 %, 250 lines/s");
  EXPECT_EQ(draw(0, 0), "users                      [####################] 0 of 0 lines, 100 %, "
                        "0 lines/s");
  EXPECT_EQ(draw(500, 0), "users                      500 lines, 250 lines/s");
}

} // namespace
} // namespace maque

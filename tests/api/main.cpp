#include "support/contract.hpp"
#include "unreachable.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <vector>

namespace maque::test {

namespace {

/// Looks, when all tests have run, whether they have seen all that docs/openapi.yaml promises. A
/// run of only some of them can't tell.
class coverage final : public testing::Environment {
public:
  void TearDown() override {
    const auto* const run = testing::UnitTest::GetInstance();
    if (run->test_to_run_count() != run->total_test_count()) return;
    const auto documented = current_contract().documented();
    const auto seen = current_contract().seen();
    const auto excused = unreachable_responses();
    for (const std::string& response : documented)
      EXPECT_TRUE(seen.contains(response) || excused.contains(response))
          << response << " is documented, but no test has seen it";
    for (const auto& [response, reason] : excused) {
      EXPECT_TRUE(documented.contains(response)) << response << " is excused, but not documented";
      EXPECT_FALSE(seen.contains(response)) << response << " is excused, but a test has seen it";
    }
  }
};

} // namespace

} // namespace maque::test

int main(int count, char** arguments) {
  // The HTTP client writes to connections that the server may have closed.
  std::signal(SIGPIPE, SIG_IGN);
  testing::InitGoogleTest(&count, arguments);
  testing::AddGlobalTestEnvironment(new maque::test::coverage);
  return RUN_ALL_TESTS();
}

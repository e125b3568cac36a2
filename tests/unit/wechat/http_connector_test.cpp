#include "support/patience.hpp"
#include "transport_calls.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <vector>

namespace maque::wechat {
namespace {

using maque::test::patience;
using test::answering;
using test::get;
using test::raw_server;

std::ptrdiff_t count_threads() {
  const std::filesystem::directory_iterator threads{"/proc/self/task"};
  return std::distance(begin(threads), end(threads));
}

TEST(HttpConnector, HasOneThreadForAllItsTransports) {
  // ThreadSanitizer has a thread of its own from the first one on.
  const http_connector first{"http://127.0.0.1:1", patience};
  const auto before = count_threads();
  {
    const http_connector connector{"http://127.0.0.1:1", patience};
    std::vector<std::unique_ptr<transport>> made;
    for (int i = 0; i < 20; ++i)
      made.push_back(connector.connect());
    EXPECT_EQ(count_threads(), before + 1);
  }
  // The kernel lists a thread that was joined for a moment longer.
  EXPECT_TRUE(maque::test::eventually([&] { return count_threads() == before; }));
}

TEST(HttpConnector, IsOutlivedByItsTransports) {
  raw_server server{{answering("a")}};
  const auto via = http_connector{server.url(), patience}.connect();
  EXPECT_TRUE(get(*via));
}

} // namespace
} // namespace maque::wechat

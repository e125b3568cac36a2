#pragma once

#include "support/api_client.hpp"
#include "support/test_server.hpp"

#include <gtest/gtest.h>

namespace maque::test {

/// A server whose connections are talked to byte by byte.
class Wire : public testing::Test {
protected:
  /// The server lives, and serves whoever comes next.
  void expect_alive() const {
    EXPECT_EQ(api_client{server.port()}.get("/ping").body, R"({"message":"pong"})");
  }

  test_server server;
};

} // namespace maque::test

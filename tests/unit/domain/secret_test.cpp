#include "domain/secret.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace maque {
namespace {

TEST(Secrets, ArePrintedWithoutTheirContent) {
  EXPECT_EQ(to_string(secret{"hunter2"}), "[redacted]");
}

TEST(Secrets, AreCopiedAndMovedLikeStrings) {
  for (const std::string& content : {std::string{"short"}, std::string(100, 'l')}) {
    secret one{content};
    secret two{one};
    EXPECT_EQ(two.reveal(), content);
    const secret three{std::move(two)};
    EXPECT_EQ(three.reveal(), content);
    secret four{"before"};
    four = three;
    EXPECT_EQ(four.reveal(), content);
    secret five{std::string(50, 'b')};
    five = std::move(four);
    EXPECT_EQ(five.reveal(), content);
    EXPECT_EQ(one.reveal(), content);
  }
}

TEST(Secrets, LeaveNothingInTheStringThatTheyWereMovedFrom) {
  secret from{"short"};
  const char* const place = from.reveal().data();
  const secret to{std::move(from)};
  EXPECT_EQ(std::string(place, 5), std::string(5, '\0'));
  EXPECT_EQ(to.reveal(), "short");
}

TEST(Secrets, AreOverwrittenWhenTheyEnd) {
  alignas(secret) std::byte room[sizeof(secret)];
  auto* const made = std::construct_at(reinterpret_cast<secret*>(room), "short");
  const char* const place = made->reveal().data();
  std::destroy_at(made);
  EXPECT_EQ(std::string(place, 5), std::string(5, '\0'));
}

} // namespace
} // namespace maque

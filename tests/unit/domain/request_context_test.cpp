#include "domain/request_context.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace maque {
namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00f067aa0ba902b7";
const std::string valid = "00-" + trace + "-" + parent + "-01";

TEST(Traceparent, GivesItsTraceIdBack) {
  const auto header = parse_traceparent(valid);
  ASSERT_TRUE(header);
  EXPECT_EQ(to_string(header->trace), trace);
  EXPECT_EQ(header->trace.bytes[0], 0x4B);
  EXPECT_EQ(header->trace.bytes[15], 0x36);
}

TEST(Traceparent, TellsTheSendersSpanAndWhetherHeRecords) {
  EXPECT_EQ(parse_traceparent(valid)->parent, 0x00F067AA0BA902B7);
  for (const auto& [flags, sampled] :
       {std::pair{"00", false}, {"01", true}, {"02", false}, {"ff", true}})
    EXPECT_EQ(parse_traceparent("00-" + trace + "-" + parent + "-" + flags)->sampled, sampled)
        << flags;
}

TEST(Traceparent, IsWrittenAsItIsRead) {
  EXPECT_EQ(to_string(*parse_traceparent(valid)), valid);
  const auto unsampled = valid.substr(0, valid.size() - 1) + "0";
  EXPECT_EQ(to_string(*parse_traceparent(unsampled)), unsampled);
}

TEST(Traceparent, IsAcceptedAsTheSpecificationSays) {
  const std::string accepted[] = {
      "00-" + trace + "-" + parent + "-00",
      "00-" + trace + "-" + parent + "-ff",
      "00-00000000000000000000000000000001-0000000000000001-01",
      // A later version may have more fields, but needn't.
      "01-" + trace + "-" + parent + "-01",
      "cc-" + trace + "-" + parent + "-01",
      "fe-" + trace + "-" + parent + "-01-",
      "cc-" + trace + "-" + parent + "-01-what-the-future-will-be-like",
  };
  for (const std::string& header : accepted) {
    EXPECT_TRUE(parse_traceparent(header)) << header;
  }
}

TEST(Traceparent, IsRefusedAsTheSpecificationSays) {
  const std::string refused[] = {
      "",
      "00",
      trace,
      "ff-" + trace + "-" + parent + "-01",                    // forbidden version
      "ff-" + trace + "-" + parent + "-01-more",               //
      "00-" + trace + "-" + parent + "-01-",                   // version 00 ends here
      "00-" + trace + "-" + parent + "-01-more",               //
      "00-" + trace + "-" + parent + "-011",                   //
      "00-" + trace + "-" + parent + "-01 ",                   //
      "cc-" + trace + "-" + parent + "-01.more",               // no dash
      "cc-" + trace + "-" + parent + "-011",                   //
      "00-00000000000000000000000000000000-" + parent + "-01", // all zero
      "00-" + trace + "-0000000000000000-01",                  //
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01", // upper case
      "00-" + trace + "-00F067AA0BA902B7-01",                  //
      "0A-" + trace + "-" + parent + "-01",                    //
      "00-" + trace + "-" + parent + "-0A",                    //
      "00-" + trace + "-" + parent + "-0",                     // too short
      "00-" + trace.substr(1) + "-" + parent + "-01-",         //
      "00_" + trace + "-" + parent + "-01",                    // other separators
      "00-" + trace + "_" + parent + "-01",                    //
      "00-" + trace + "-" + parent + "_01",                    //
      " 00-" + trace + "-" + parent + "-0",                    //
  };
  for (const std::string& header : refused) {
    EXPECT_EQ(parse_traceparent(header), std::nullopt) << header;
  }
}

TEST(Traceparent, IsRefusedWithAnyCharacterThatIsNotItsOwn) {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (const char c : {'g', 'G', 'A', '/', ':', '`', ' ', '\0', '\x80', '\xFF', '_'}) {
      std::string header = valid;
      header[i] = c;
      EXPECT_EQ(parse_traceparent(header), std::nullopt) << i << " " << header;
    }
  }
}

TEST(Traceparent, IsRefusedWhenItIsCut) {
  for (std::size_t length = 0; length < valid.size(); ++length) {
    EXPECT_EQ(parse_traceparent(valid.substr(0, length)), std::nullopt) << length;
  }
}

} // namespace
} // namespace maque

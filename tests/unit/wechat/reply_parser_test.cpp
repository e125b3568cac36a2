#include "wechat/bounds.hpp"
#include "wechat/reply_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace maque::wechat {
namespace {

using progress = reply_parser::progress;

constexpr std::size_t limit = 10;

/// In pieces of so many bytes, as long as the parser wants more.
progress feed(reply_parser& parser, std::string_view bytes, std::size_t piece) {
  auto state = progress::more;
  while (state == progress::more && !bytes.empty()) {
    state = parser.take(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return state;
}

struct good_case {
  std::string_view bytes;
  int status;
  std::string_view content_type;
  std::string_view body;
  bool keeps_connection = true;
  bool ends_with_connection = false;
};

class GoodReplies : public testing::TestWithParam<good_case> {};

TEST_P(GoodReplies, AreReadInWhateverPiecesTheyCome) {
  const auto& [bytes, status, content_type, body, keeps, ends_with_connection] = GetParam();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
    reply_parser parser{limit};
    auto state = feed(parser, bytes, piece);
    if (ends_with_connection) {
      EXPECT_EQ(state, progress::more);
      state = parser.end();
    }
    ASSERT_EQ(state, progress::complete) << bytes;
    EXPECT_TRUE(parser.has_head());
    EXPECT_EQ(parser.read().status, status);
    EXPECT_EQ(parser.read().content_type, content_type);
    EXPECT_EQ(parser.read().body, body);
    EXPECT_EQ(parser.can_keep_connection(), keeps);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, GoodReplies,
    testing::Values(
        good_case{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", 200, "", "ab"},
        good_case{"HTTP/1.1 200\r\ncontent-length:2\r\n\r\nab", 200, "", "ab"},
        good_case{"HTTP/1.1 418 I'm a teapot\r\nCONTENT-TYPE: \t text/odd; x=y \r\n"
                  "Content-Length: 10\r\n\r\n0123456789",
                  418, "text/odd; x=y", "0123456789"},
        good_case{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", ""},
        good_case{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 200, "",
                  "a"},
        good_case{"HTTP/1.1 204 No Content\r\n\r\n", 204, "", ""},
        good_case{"HTTP/1.1 100 Continue\r\nContent-Type: x\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
                  200, "", "a"},
        good_case{"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na", 200,
                  "", "a"},
        good_case{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", 200, "",
                  "a", false},
        good_case{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, "", "a", false},
        good_case{"HTTP/1.1 200 OK\r\n\r\nuntil the", 200, "", "until the", false, true},
        good_case{"HTTP/1.1 200 OK\r\n\r\n", 200, "", "", false, true},
        good_case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 200, "", ""},
        good_case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3;ext=1\r\nabc\r\n07 \r\ndefghij\r\n0\r\nTrailer: x\r\n\r\n",
                  200, "", "abcdefghij"}));

TEST(ReplyParser, SaysThatThereIsMoreThanTheReply) {
  reply_parser parser{limit};
  EXPECT_EQ(parser.take("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"), progress::complete);
  EXPECT_EQ(parser.read().body, "a");
  EXPECT_FALSE(parser.can_keep_connection());
}

TEST(ReplyParser, KnowsNoHeadBeforeItsEnd) {
  reply_parser parser{limit};
  EXPECT_EQ(parser.take("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"), progress::more);
  EXPECT_FALSE(parser.has_head());
  EXPECT_EQ(parser.take("\r\n"), progress::more);
  EXPECT_TRUE(parser.has_head());
}

TEST(ReplyParser, RefusesWhatIsNotPlainlyAReply) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string all[] = {
      "\r\n",
      "SSH-2.0-x\r\n",
      "HTTP/2 200\r\n",
      "HTTP/1.2 200 OK\r\n",
      "HTTP/1.1  200 OK\r\n",
      "HTTP/1.1 20 OK\r\n",
      "HTTP/1.1 2000 OK\r\n",
      "HTTP/1.1 -20 OK\r\n",
      "HTTP/1.1 099 OK\r\n",
      "HTTP/1.1 600 OK\r\n",
      "HTTP/1.1 200 OK\n",
      head + "no colon\r\n",
      head + ": no name\r\n",
      head + " folded: x\r\n",
      head + "Content-Length : 1\r\n",
      head + "Content-Length: 1\n",
      head + "Content-Length: \r\n",
      head + "Content-Length: -1\r\n",
      head + "Content-Length: +1\r\n",
      head + "Content-Length: 0x1\r\n",
      head + "Content-Length: 1, 1\r\n",
      head + "Content-Length: 99999999999999999999\r\n",
      head + "Content-Length: 1\r\nContent-Length: 2\r\n",
      head + "Transfer-Encoding: gzip\r\n",
      head + "Transfer-Encoding: gzip, chunked\r\n",
      head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      head + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 100 Continue\r\nContent-Length: 1\r\n\r\n",
      chunked + "\r\n",
      chunked + "x\r\n",
      chunked + "-1\r\n",
      chunked + "1\r\nab\r\n",
      chunked + "ffffffffffffffffff\r\n",
      head + "X: " + std::string(bounds::reply_head_bytes, 'x'),
      std::string(bounds::reply_head_bytes + 1, 'x'),
  };
  for (const auto& bytes : all) {
    for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
      reply_parser parser{limit};
      EXPECT_EQ(feed(parser, bytes, piece), progress::malformed) << bytes.substr(0, 100);
    }
  }
}

TEST(ReplyParser, RefusesABodyOverItsLimit) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string all[] = {
      head + "Content-Length: 11\r\n\r\n",
      head + "Content-Length: 18446744073709551615\r\n\r\n",
      head + "\r\n" + std::string(11, 'x'),
      head + "Transfer-Encoding: chunked\r\n\r\nb\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nffffffffffffffff\r\n",
  };
  for (const auto& bytes : all) {
    for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
      reply_parser parser{limit};
      EXPECT_EQ(feed(parser, bytes, piece), progress::oversized) << bytes;
    }
  }
}

TEST(ReplyParser, TakesNoReplyForWholeThatWasCutOff) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& bytes :
       {std::string{}, std::string{"HTTP/1.1 200 OK\r\n"},
        std::string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"}, chunked, chunked + "2\r\na",
        chunked + "1\r\na\r\n", chunked + "0\r\n"}) {
    reply_parser parser{limit};
    EXPECT_EQ(feed(parser, bytes, 1000), progress::more);
    EXPECT_EQ(parser.end(), progress::malformed) << bytes;
  }
}

} // namespace
} // namespace maque::wechat

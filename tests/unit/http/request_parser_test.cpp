#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace maque::http {
namespace {

using namespace std::string_literals;

constexpr parser_limits small{.header_bytes = 512, .body_bytes = 64, .chunk_line_bytes = 32};

/// What became of some bytes: "200 METHOD TARGET [BODY] rest:N", "more" if the request goes on
/// behind them, or the status of the refusal.
std::string verdict_of(const std::vector<std::string_view>& pieces) {
  request read;
  request_parser parser{read, small};
  std::string kept;
  for (const std::string_view piece : pieces) {
    kept += piece;
    while (!kept.empty() && !parser.complete()) {
      const auto used = parser.put(kept);
      if (!used) return std::to_string(info(used.error().code).http_status);
      kept.erase(0, *used);
      if (*used == 0) break;
    }
  }
  if (!parser.complete()) return "more";
  return fmt::format("200 {} {} [{}] rest:{}", read.method_text(), read.target(), read.body(),
                     kept.size());
}

/// The verdict on the bytes as a whole; fails the test if it is another one for them in two pieces,
/// wherever they are cut, or one by one.
std::string verdict_however_cut(std::string_view bytes) {
  const std::string whole = verdict_of({bytes});
  std::vector<std::string_view> singly;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_EQ(verdict_of({bytes.substr(0, at), bytes.substr(at)}), whole) << "cut at " << at;
    singly.push_back(bytes.substr(at, 1));
  }
  EXPECT_EQ(verdict_of(singly), whole) << "byte by byte";
  return whole;
}

struct wire_case {
  std::string bytes;
  std::string verdict;
};

void expect_verdicts(const std::vector<wire_case>& cases) {
  for (const auto& [bytes, verdict] : cases) {
    SCOPED_TRACE(testing::PrintToString(bytes));
    EXPECT_EQ(verdict_however_cut(bytes), verdict);
  }
}

std::string get(std::string_view fields) {
  return fmt::format("GET /a HTTP/1.1\r\nHost: x\r\n{}\r\n", fields);
}

std::string post(std::string_view fields, std::string_view body) {
  return fmt::format("POST /a HTTP/1.1\r\nHost: x\r\n{}\r\n{}", fields, body);
}

std::string chunked(std::string_view body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

std::string from_line(std::string_view line) {
  return fmt::format("{}\r\nHost: x\r\n\r\n", line);
}

const std::string plain_get = "200 GET /a [] rest:0";

TEST(RequestParser, TakesWhatIsARequestHoweverItIsCut) {
  expect_verdicts({
      {get(""), plain_get},
      {"GET /a HTTP/1.0\r\n\r\n", plain_get},
      {get("Accept: */*\r\nX-Empty:\r\nX-Blank: \t \r\nX:y\r\n"), plain_get},
      {get("X: caf\xC3\xA9\r\n"), plain_get},                        // obs-text, RFC 9110, 5.5
      {get("!#$%&'*+-.^_`|~09azAZ: all of a token\r\n"), plain_get}, // RFC 9110, 5.6.2
      {from_line("GET /a?b=c&d=%E4%BA%BA HTTP/1.1"), "200 GET /a?b=c&d=%E4%BA%BA [] rest:0"},
      {from_line("GET /a?b={|}^`'\\ HTTP/1.1"),
       "200 GET /a?b={|}^`'\\ [] rest:0"}, // as browsers do
      {from_line("GET /a\"<>?q=\xE4\xBA\xBA HTTP/1.1"), "200 GET /a\"<>?q=人 [] rest:0"},
      {from_line("OPTIONS * HTTP/1.1"), "200 OPTIONS * [] rest:0"},
      {from_line("BREW /pot HTTP/1.1"), "200 BREW /pot [] rest:0"},
      {"GET /a HTTP/1.1\r\nHost:\r\n\r\n", plain_get}, // RFC 9112, 3.2: it may be empty
      {"GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", plain_get},
      {post("Content-Length: 5\r\n", "hello"), "200 POST /a [hello] rest:0"},
      {post("Content-Length: 5\r\n", "helloGET"), "200 POST /a [hello] rest:3"},
      {post("Content-Length: 0005\r\n", "hello"), "200 POST /a [hello] rest:0"},
      {post("content-length:5 \t\r\n", "hello"), "200 POST /a [hello] rest:0"},
      {post("Content-Length: 0\r\n", ""), "200 POST /a [] rest:0"},
      {post("", ""), "200 POST /a [] rest:0"},
      {post("Content-Length: 64\r\n", std::string(64, 'b')),
       "200 POST /a [" + std::string(64, 'b') + "] rest:0"},
      {chunked("5\r\nhello\r\n0\r\n\r\n"), "200 POST /a [hello] rest:0"},
      {chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nGET"), "200 POST /a [hello] rest:3"},
      {chunked("A\r\n0123456789\r\na\r\n0123456789\r\n00\r\n\r\n"),
       "200 POST /a [01234567890123456789] rest:0"},
      {chunked("5;name=value;x=\"a b\"\r\nhello\r\n0;last\r\n\r\n"), "200 POST /a [hello] rest:0"},
      {chunked("0\r\n\r\n"), "200 POST /a [] rest:0"},
      {chunked("0\r\nX-Sum: 1\r\n\r\n"), "200 POST /a [] rest:0"},
      {chunked("2\r\n\r\n\r\n0\r\n\r\n"), "200 POST /a [\r\n] rest:0"},
      {post("transfer-encoding: Chunked\r\n", "0\r\n\r\n"), "200 POST /a [] rest:0"},
      {post("Expect: 100-continue\r\nContent-Length: 2\r\n", "{}"), "200 POST /a [{}] rest:0"},
  });
}

TEST(RequestParser, WaitsForTheRestOfARequest) {
  expect_verdicts({
      {"G", "more"},
      {"GET /a HTTP/1.1", "more"},
      {"GET /a HTTP/1.1\r", "more"},
      {"GET /a HTTP/1.1\r\n", "more"},
      {"GET /a HTTP/1.1\r\nHost: x\r\n", "more"},
      {"GET /a HTTP/1.1\r\nHost: x\r\n\r", "more"},
      {post("Content-Length: 5\r\n", "hell"), "more"},
      {chunked(""), "more"},
      {chunked("5"), "more"},
      {chunked("5\r\nhello"), "more"},
      {chunked("5\r\nhello\r\n0\r\n"), "more"},
      {chunked("5\r\nhello\r\n0\r\nX: y\r\n"), "more"},
  });
}

// RFC 9112, section 3: the request line has three parts, single blanks between them, and no others.
TEST(RequestParser, RefusesABadRequestLineHoweverItIsCut) {
  for (const std::string& line :
       {"GET"s, "GET /a"s, "GET /a "s, "GET  /a HTTP/1.1"s, "GET /a  HTTP/1.1"s,
        "GET\t/a HTTP/1.1"s, "GET /a\tHTTP/1.1"s, " GET /a HTTP/1.1"s, "GET /a HTTP/1.1 "s,
        "GET /a HTTP/1.1\t"s, "GET /a HTTP/1.1 x"s, "GET /a HTTP/2.0"s, "GET /a HTTP/1.2"s,
        "GET /a HTTP/0.9"s, "GET /a HTTP/1.10"s, "GET /a HTTP/11"s, "GET /a HTTP/1"s,
        "GET /a http/1.1"s, "GET /a HTTQ/1.1"s, "GET /a HTTP/+1.1"s, "GET /a HTTP/1,1"s,
        "G\x01T /a HTTP/1.1"s, "G\0T /a HTTP/1.1"s, "G(T /a HTTP/1.1"s, "G\xC3\x89T /a HTTP/1.1"s,
        "GET /a\0 HTTP/1.1"s, "GET /a\x01 HTTP/1.1"s, "GET /a\x7F HTTP/1.1"s, "GET /a#b HTTP/1.1"s,
        "GET /a\rb HTTP/1.1"s, "GET /a\nb HTTP/1.1"s, "GET /a\x0B HTTP/1.1"s,
        // Forms that belong to proxies (3.2.2 to 3.2.4).
        "GET http://x/a HTTP/1.1"s, "GET * HTTP/1.1"s, "GET a HTTP/1.1"s, "GET ?a HTTP/1.1"s,
        "OPTIONS *a HTTP/1.1"s, "CONNECT x:80 HTTP/1.1"s, "CONNECT /a HTTP/1.1"s,
        "GET x:80 HTTP/1.1"s, "PRI * HTTP/2.0"s})
    expect_verdicts({{from_line(line), "400"}});
  expect_verdicts({
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\r\n\r\n"s, "400"}, // TLS
      {"GET /a HTTP/1.1\nHost: x\n\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: x\n\r\n", "400"},
      {"GET /a HTTP/1.1\rHost: x\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\r\nHost: x\r\n\r\n", "400"},
  });
}

// RFC 9112, section 5; RFC 9110, section 5.5.
TEST(RequestParser, RefusesABadFieldHoweverItIsCut) {
  for (const std::string& field :
       {"no colon"s, ": y"s, "X : y"s, "X\t: y"s, "na(me: y"s, "na\0me: y"s, "na\x7Fme: y"s,
        "n\xC3\xA9: y"s, "X: a\0b"s,
        "X: a\x01"
        "b"s,
        "X: a\x7F"s, "X: a\x0B"s, "X: a\rb"s, "X: a\nb"s, "X: a\r"s, "X: \r\r"s, "\rX: a"s,
        "\nX: a"s,
        // Folded (5.2), wherever the value begins.
        "X: a\r\n b"s, "X: a\r\n\tb"s, "X:\r\n b"s, "X: a\r\n "s, "X:\r\n \r\n b"s,
        "X: a \r\n b\r\n c"s, "Transfer-Encoding:\r\n chunked"s, "Content-Length: 1\r\n 0"s})
    expect_verdicts({{get(field + "\r\n"), "400"}});
  expect_verdicts({
      {"GET /a HTTP/1.1\r\n Host: x\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\n \r\nHost: x\r\n\r\n", "400"},
      // Not even to the end: the line says it.
      {"GET /a HTTP/1.1\r\nna(me: y\r\nX", "400"},
      {"GET /a HTTP/1.1\r\nX: a\r\n b", "400"},
  });
}

// RFC 9112, section 3.2.
TEST(RequestParser, RefusesABadHostHoweverItIsCut) {
  expect_verdicts({
      {"GET /a HTTP/1.1\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", "400"},
      {"GET /a HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: a b\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: me@x\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: x?y\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: x#y\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost: \xC3\xA9\r\n\r\n", "400"},
      {"GET /a HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
  });
}

// RFC 9112, section 6: one way to find the body's end (ASVS 4.2.1).
TEST(RequestParser, RefusesWhatCouldEndInTwoPlacesHoweverItIsCut) {
  for (const std::string& fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked"s,
                                    "Transfer-Encoding: chunked\r\nContent-Length: 5"s,
                                    "Content-Length: 5\r\nContent-Length: 5"s,
                                    "Content-Length: 5\r\nContent-Length: 6"s,
                                    "Content-Length: 5, 5"s,
                                    "Content-Length: 5, 6"s,
                                    "Content-Length: 5 5"s,
                                    "Content-Length: 5,"s,
                                    "Content-Length: ,5"s,
                                    "Content-Length: +5"s,
                                    "Content-Length: -5"s,
                                    "Content-Length: -0"s,
                                    "Content-Length: 0x5"s,
                                    "Content-Length: 5a"s,
                                    "Content-Length: 5.0"s,
                                    "Content-Length: 5e0"s,
                                    "Content-Length: \"5\""s,
                                    "Content-Length:"s,
                                    "Content-Length: five"s,
                                    "Content-Length: 18446744073709551616"s,
                                    "Content-Length: 99999999999999999999999"s,
                                    "Content-Length\0: 5"s,
                                    "Content-Length : 5"s,
                                    "Content-Length: 5\x0B"s,
                                    "Transfer-Encoding: xchunked"s,
                                    "Transfer-Encoding: gzip"s,
                                    "Transfer-Encoding: identity"s,
                                    "Transfer-Encoding: gzip, chunked"s,
                                    "Transfer-Encoding: chunked, gzip"s,
                                    "Transfer-Encoding: chunked, chunked"s,
                                    "Transfer-Encoding: chunked,"s,
                                    "Transfer-Encoding: ,chunked"s,
                                    "Transfer-Encoding: chunked;q=1"s,
                                    "Transfer-Encoding: \"chunked\""s,
                                    "Transfer-Encoding: 'chunked'"s,
                                    "Transfer-Encoding: ch unked"s,
                                    "Transfer-Encoding:"s,
                                    "Transfer-Encoding: \x0B"
                                    "chunked"s,
                                    "Transfer-Encoding : chunked"s,
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"s,
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"s,
                                    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"s,
                                    "Transfer-Encoding: gzip\r\nContent-Length: 5"s})
    expect_verdicts({{post(fields + "\r\n", "0\r\n\r\n"), "400"}});
  expect_verdicts(
      {{"POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"}});
}

// RFC 9112, section 7.1.
TEST(RequestParser, RefusesBadChunksHoweverTheyAreCut) {
  for (const std::string& body : {"-1\r\n"s,
                                  "+5\r\nhello\r\n"s,
                                  "0x5\r\nhello\r\n\r\n"s,
                                  " 5\r\nhello\r\n"s,
                                  "zz\r\n"s,
                                  "\r\nhello"s,
                                  ";x\r\nhello\r\n"s,
                                  "5 \r\nhello\r\n0\r\n\r\n "s,
                                  "ffffffffffffffffff\r\n"s,
                                  "5;x=\"open\r\nhell\"\r\n0\r\n\r\n"s,
                                  "5;x=\r\nhello\r\n"s,
                                  "5;;\r\nhello\r\n"s,
                                  "5;a b\r\nhello\r\n"s,
                                  "5;a\0\r\nhello\r\n"s,
                                  "5\nhello\n0\n\n\r\n"s,
                                  "5\rhello\r\n"s,
                                  "5\r\nhelloX\r\n0\r\n\r\n"s,
                                  "5\r\nhello\n0\r\n\r\n"s,
                                  "5\r\nhello\r\r\n0\r\n\r\n"s,
                                  "5\r\nhello0\r\n\r\n"s,
                                  "0\r\nno colon\r\n\r\n"s,
                                  "0\r\nX : y\r\n\r\n"s,
                                  "0\r\nX: a\r\n b\r\n\r\n"s,
                                  "0\r\nX: a\0b\r\n\r\n"s,
                                  "0\nX: y\r\n\r\n"s})
    expect_verdicts({{chunked(body), "400"}});
}

TEST(RequestParser, BoundsWhatItReadsHoweverItIsCut) {
  const auto of_size = [](std::size_t size) {
    const std::string frame = get("X: \r\n");
    return get(fmt::format("X: {}\r\n", std::string(size - frame.size(), 'x')));
  };
  const auto in_many_fields = [](std::size_t fields) {
    std::string text;
    for (std::size_t number = 0; number < fields; ++number)
      text += "Some-Name: some value\r\n";
    return get(text);
  };
  const auto with_line = [](std::size_t size) {
    return chunked("1;" + std::string(size - 2, 'e') + "\r\nb\r\n0\r\n\r\n");
  };
  const auto with_trailer = [](std::size_t size) {
    return chunked("0\r\nX: " + std::string(size, 't') + "\r\n\r\n");
  };
  expect_verdicts({
      {of_size(small.header_bytes), plain_get},
      {of_size(small.header_bytes + 1), "431"},
      {of_size(small.header_bytes + 1).substr(0, small.header_bytes), "431"},
      {of_size(small.header_bytes - 1).substr(0, small.header_bytes - 2), "more"},
      {in_many_fields(20), plain_get},
      {in_many_fields(30), "431"},
      {"GET /" + std::string(small.header_bytes, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
      {get("na(me: y\r\nX: " + std::string(small.header_bytes, 'x') + "\r\n"), "400"},
      {post(fmt::format("Content-Length: {}\r\n", small.body_bytes + 1), ""), "413"},
      {chunked("41\r\n"), "413"},
      {chunked("40\r\n" + std::string(64, 'b') + "\r\n1\r\n"), "413"},
      {with_line(small.chunk_line_bytes), "200 POST /a [b] rest:0"},
      {with_line(small.chunk_line_bytes + 1), "400"},
      {chunked("1;" + std::string(small.chunk_line_bytes, 'e')), "400"},
      {chunked(std::string(small.chunk_line_bytes, '0') + "1\r\nb\r\n0\r\n\r\n"), "400"},
      {chunked(std::string(small.chunk_line_bytes + 2, '0')), "400"},
      {with_trailer(400), "200 POST /a [] rest:0"},
      {with_trailer(small.header_bytes), "431"},
      {chunked("0\r\nX: " + std::string(small.header_bytes, 't')), "431"},
  });
}

TEST(RequestParser, KeepsTheConnectionForNobodyWhoAsksForAnotherProtocol) {
  const auto keeps = [](const std::string& bytes) {
    request read;
    request_parser parser{read, {}};
    EXPECT_TRUE(parser.put(bytes));
    EXPECT_TRUE(parser.complete());
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps(get("")));
  EXPECT_TRUE(keeps(get("Upgrade: h2c\r\n"))); // Not asked for without Connection (RFC 9110, 7.8).
  EXPECT_FALSE(keeps(get("Connection: Upgrade\r\nUpgrade: websocket\r\n")));
  EXPECT_FALSE(keeps(get("Upgrade: h2c\r\nConnection: keep-alive, Upgrade, HTTP2-Settings\r\n")));
}

} // namespace
} // namespace maque::http

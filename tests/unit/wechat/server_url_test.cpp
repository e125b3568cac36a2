#include "wechat/server_url.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace maque::wechat {
namespace {

struct url_case {
  const char* url;
  bool is_https;
  const char* host;
  const char* port;
  const char* authority;
};

TEST(ServerUrls, AreReadAsSchemeHostAndPort) {
  const url_case cases[] = {
      {"https://api.weixin.qq.com", true, "api.weixin.qq.com", "443", "api.weixin.qq.com"},
      {"http://127.0.0.1:8080", false, "127.0.0.1", "8080", "127.0.0.1:8080"},
      {"http://localhost", false, "localhost", "80", "localhost"},
      {"https://[::1]", true, "::1", "443", "[::1]"},
      {"http://[::1]:1", false, "::1", "1", "[::1]:1"},
  };
  for (const auto& [url, is_https, host, port, authority] : cases) {
    const auto read = parse_server_url(url);
    EXPECT_EQ(read.is_https, is_https) << url;
    EXPECT_EQ(read.host, host) << url;
    EXPECT_EQ(read.port, port) << url;
    EXPECT_EQ(read.authority, authority) << url;
  }
}

TEST(ServerUrls, HaveNothingElse) {
  for (const char* url : {"",
                          "api.weixin.qq.com",
                          "ftp://host",
                          "https://",
                          "https://:443",
                          "http:///path",
                          "https://host/",
                          "https://host?x",
                          "https://host#x",
                          "https://user@host",
                          "HTTP//host",
                          "https://host:",
                          "https://host:x",
                          "https://host:443:1",
                          "https://host:123456",
                          "https://[",
                          "https://[]",
                          "https://[::1",
                          "https://[::1]443",
                          "https://::1",
                          "https://a b",
                          "https://a\r\nX: y"})
    EXPECT_THROW(parse_server_url(url), std::invalid_argument) << url;
}

} // namespace
} // namespace maque::wechat

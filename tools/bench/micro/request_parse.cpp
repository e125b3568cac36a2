#include "http/request.hpp"
#include "http/request_parser.hpp"
#include "micro/hot_path.hpp"

#include <stdexcept>
#include <string_view>

namespace maque::bench {

namespace {

constexpr std::string_view short_get = "GET /ping HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

constexpr std::string_view usual_get =
    "GET /api/user/info?lang=zh-CN HTTP/1.1\r\n"
    "Host: api.example.com\r\n"
    "Connection: keep-alive\r\n"
    "Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjAxMjM0NTY3In0."
    "eyJpc3MiOiJtYXF1ZSIsImF1ZCI6Im1hcXVlIiwic3ViIjoiMjUwMTIzNDU2Nzg5MDEyMzQ1Iiwic2lkIjoiMjUw"
    "MTIzNDU2Nzg5MDU0MzIxIiwiaWF0IjoxNzk1NjA4MDAwLCJuYmYiOjE3OTU2MDgwMDAsImV4cCI6MTc5NTYwODkw"
    "MCwicm9sZSI6InVzZXIifQ.c2lnbmF0dXJlLW9mLXRoaXJ0eS10d28tYnl0ZXMtaW4tYWxs\r\n"
    "charset: utf-8\r\n"
    "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN\r\n"
    "content-type: application/json\r\n"
    "Accept-Encoding: gzip,compress,br,deflate\r\n"
    "Accept: */*\r\n"
    "X-Forwarded-For: 203.0.113.7\r\n"
    "X-Forwarded-Proto: https\r\n"
    "Referer: https://servicewechat.com/wx0123456789abcdef/12/page-frame.html\r\n"
    "\r\n";

constexpr std::string_view usual_post = "POST /api/login HTTP/1.1\r\n"
                                        "Host: api.example.com\r\n"
                                        "Connection: keep-alive\r\n"
                                        "Content-Type: application/json\r\n"
                                        "Content-Length: 43\r\n"
                                        "\r\n"
                                        R"({"code":"0a3zbN000q0uGP1aBc100WJsGf1zbN0d"})";

/// Reads the same request again and again, into the same memory, as a connection does.
class parsing final : public hot_path {
public:
  explicit parsing(std::string_view text) : text_{text} {}

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i) {
      parser_.restart();
      const auto used = parser_.put(text_);
      if (!used || *used != text_.size() || !parser_.complete())
        throw std::logic_error{"the request was not read as a whole"};
    }
  }

private:
  std::string_view text_;
  http::request into_;
  http::request_parser parser_{into_, {}};
};

} // namespace

hot_path_ptr parse_short_get() {
  return std::make_unique<parsing>(short_get);
}

hot_path_ptr parse_get() {
  return std::make_unique<parsing>(usual_get);
}

hot_path_ptr parse_post() {
  return std::make_unique<parsing>(usual_post);
}

} // namespace maque::bench

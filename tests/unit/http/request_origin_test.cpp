#include "http/request_origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace maque::http {
namespace {

using header_fields = std::vector<std::pair<std::string, std::string>>;

request made_of(const std::string& verb, const header_fields& header) {
  request made;
  made.set_method(verb);
  made.set_target("/admin/session");
  for (const auto& [name, value] : header)
    made.add_field(name, value);
  made.end_header();
  return made;
}

TEST(OwnHost, IsThisMachineAnAddressOrANameThatIsAllowed) {
  const std::vector<std::string> names{"ops.example.com"};
  for (const char* host :
       {"localhost", "localhost:9090", "LOCALHOST.", "maque.localhost:9090", "127.0.0.1:9090",
        "[::1]:9090", "[::1]", "10.1.2.3", "ops.example.com", "Ops.Example.Com:443"})
    EXPECT_TRUE(is_own_host(made_of("GET", {{"Host", host}}), names)) << host;
  for (const char* host :
       {"evil.example", "evil.example:9090", "localhost.evil.example", "127.0.0.1.evil.example",
        "xops.example.com", "example.com", "", "[", ".localhost", "notlocalhost"})
    EXPECT_FALSE(is_own_host(made_of("GET", {{"Host", host}}), names)) << host;
  EXPECT_TRUE(is_own_host(made_of("GET", {}), names)); // no browser
}

TEST(OwnOrigin, IsTheOneThatWasAsked_ASVS_3_5_1) {
  const auto ask = [](const std::string& verb, header_fields header) {
    header.emplace_back("Host", "127.0.0.1:9090");
    return is_own_origin(made_of(verb, header));
  };
  EXPECT_TRUE(ask("POST", {}));
  EXPECT_TRUE(ask("POST", {{"Origin", "http://127.0.0.1:9090"}}));
  EXPECT_TRUE(ask("POST", {{"Origin", "https://127.0.0.1:9090"}}));
  EXPECT_TRUE(ask("POST", {{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(ask("GET", {{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Mode", "navigate"}}));
  EXPECT_TRUE(ask("GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  for (const char* origin : {"http://evil.example", "null", "", "http://127.0.0.1:9091",
                             "http://127.0.0.1", "127.0.0.1:9090"})
    EXPECT_FALSE(ask("POST", {{"Origin", origin}})) << origin;
  EXPECT_FALSE(ask("GET", {{"Origin", "http://evil.example"}}));
  EXPECT_FALSE(ask("POST", {{"Origin", "http://127.0.0.1:9090"}, {"Origin", "http://x"}}));
  for (const char* site : {"cross-site", "same-site", "", "same-origin, cross-site"}) {
    EXPECT_FALSE(ask("POST", {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", "navigate"}})) << site;
    EXPECT_FALSE(ask("GET", {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", "cors"}})) << site;
  }
}

TEST(Cookies, AreFoundByTheirWholeName) {
  const auto find = [](const header_fields& header) {
    return std::string{cookie_of(made_of("GET", header), "maque_operator")};
  };
  EXPECT_EQ(find({{"Cookie", "maque_operator=abc"}}), "abc");
  EXPECT_EQ(find({{"Cookie", "a=b; maque_operator=abc; c=d"}}), "abc");
  EXPECT_EQ(find({{"Cookie", "a=b"}, {"Cookie", "maque_operator=abc"}}), "abc");
  for (const char* cookie : {"", "maque_operator", "maque_operator=", "xmaque_operator=abc",
                             "maque_operatorx=abc", ";;;", "a=maque_operator"})
    EXPECT_EQ(find({{"Cookie", cookie}}), "") << cookie;
}

} // namespace
} // namespace maque::http

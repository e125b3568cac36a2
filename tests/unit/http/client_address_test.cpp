#include "domain/limits.hpp"
#include "http/client_address.hpp"
#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace maque::http {
namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* proxy = "10.0.0.1"; // trusted
constexpr const char* nobody = "the peer";

client_finder trusting(forwarded_header header,
                       const std::vector<std::string>& proxies = {"10.0.0.0/8", "2001:db8::/32"}) {
  proxy_options options;
  options.header = header;
  for (const auto& text : proxies)
    options.trusted.push_back(ip_network::parse(text).value());
  return client_finder{options};
}

request request_with(const fields& header) {
  request made;
  for (const auto& [name, value] : header)
    made.add_field(name, value);
  made.end_header();
  return made;
}

std::string find(const client_finder& clients, const std::string& peer, const fields& header) {
  const auto client = clients.find(peer, request_with(header));
  return client ? to_string(*client) : nobody;
}

struct row {
  std::string value;
  std::string client;
};

TEST(XForwardedFor, IsReadFromItsEndUpToTheFirstThatIsNoTrustedProxy_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::x_forwarded_for);
  for (const auto& [value, client] :
       std::vector<row>{{"192.0.2.1", "192.0.2.1"},
                        {"  192.0.2.1\t", "192.0.2.1"},
                        {"192.0.2.1, 10.0.0.2", "192.0.2.1"},
                        {"192.0.2.1,10.0.0.2,10.0.0.3", "192.0.2.1"},
                        {"::ffff:192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"},
                        {"2001:DB9::1", "2001:db9::1"},
                        {"2001:db9::1, 2001:db8::5", "2001:db9::1"},
                        // with ports
                        {"192.0.2.1:5", "192.0.2.1"},
                        {"192.0.2.1:65535, 10.0.0.2:80", "192.0.2.1"},
                        {"[2001:db9::1]:5", "2001:db9::1"},
                        {"[2001:db9::1]", "2001:db9::1"},
                        // only proxies
                        {"10.0.0.3, 10.0.0.2", "10.0.0.3"},
                        {"10.0.0.1", nobody},
                        // what the client wrote itself, on the left
                        {"203.0.113.9, 192.0.2.1", "192.0.2.1"},
                        {"10.0.0.9, 192.0.2.1", "192.0.2.1"},
                        {"203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"},
                        {"127.0.0.1, ::1, , \"\", 192.0.2.1, 10.0.0.2", "192.0.2.1"},
                        {"\"203.0.113.9, 192.0.2.1", "192.0.2.1"}})
    EXPECT_EQ(find(clients, proxy, {{"x-forwarded-for", value}}), client) << value;
}

TEST(XForwardedFor, EndsAtWhatIsNoAddressWithTheProxyThatWroteIt_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::x_forwarded_for);
  for (const auto* broken : {"",
                             " ",
                             "unknown",
                             "_hidden",
                             "localhost",
                             "192.0.2.256",
                             "192.0.2",
                             "192.0.2.1:",
                             "192.0.2.1:x",
                             "192.0.2.1:123456",
                             "192.0.2.1 5",
                             "192.0.2.1;",
                             "[192.0.2.1]",
                             "[2001:db9::1",
                             "2001:db9::1]",
                             "[2001:db9::1]5",
                             "[2001:db9::1]:",
                             "[]",
                             "[:]",
                             ":5",
                             "fe80::1%eth0",
                             "for=192.0.2.1",
                             "\"192.0.2.1\"",
                             "192.0.2.0/24"}) {
    const std::string value = broken;
    EXPECT_EQ(find(clients, proxy, {{"X-Forwarded-For", value}}), nobody) << value;
    EXPECT_EQ(find(clients, proxy, {{"X-Forwarded-For", "192.0.2.1," + value + ", 10.0.0.2"}}),
              "10.0.0.2")
        << value;
  }
}

TEST(Forwarded, IsReadFromItsEndUpToTheFirstThatIsNoTrustedProxy_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::forwarded);
  for (const auto& [value, client] :
       std::vector<row>{{"for=192.0.2.1", "192.0.2.1"},
                        {"For=192.0.2.1;proto=http;by=203.0.113.43", "192.0.2.1"},
                        {"proto=https;by=203.0.113.43;FOR=192.0.2.1", "192.0.2.1"},
                        {"proto=https; for=192.0.2.1 ; by=203.0.113.43", "192.0.2.1"},
                        {"for=\"192.0.2.1\"", "192.0.2.1"},
                        {"for=\"192.0.2.1:47011\"", "192.0.2.1"},
                        {"for=\"192.0.2.1:_port\"", "192.0.2.1"},
                        {"for=\"[2001:DB9:cafe::17]:4711\"", "2001:db9:cafe::17"},
                        {"for=\"[2001:db9::1]\"", "2001:db9::1"},
                        {"for=\"192.0.2\\.1\"", "192.0.2.1"},
                        {";for=192.0.2.1;", "192.0.2.1"},
                        {"for=192.0.2.1, for=10.0.0.2", "192.0.2.1"},
                        {"for=192.0.2.1,for=\"[2001:db8::7]\";proto=http", "192.0.2.1"},
                        {"for=10.0.0.3", "10.0.0.3"},
                        // separators in quoted strings separate nothing
                        {"host=\"a;for=203.0.113.9\";for=192.0.2.1", "192.0.2.1"},
                        {"for=192.0.2.1;host=\"a, for=203.0.113.9\"", "192.0.2.1"},
                        {"for=192.0.2.1;host=\"a\\\", for=203.0.113.9\"", "192.0.2.1"},
                        {"for=192.0.2.1;host=\"a\\\\\", for=10.0.0.2", "192.0.2.1"},
                        // what the client wrote itself, on the left
                        {"for=203.0.113.9, for=192.0.2.1", "192.0.2.1"},
                        {"for=10.0.0.9, for=192.0.2.1", "192.0.2.1"},
                        {"for=\"203.0.113.9, for=192.0.2.1", "192.0.2.1"},
                        {"for=\"203.0.113.9\\, for=192.0.2.1;proto=\"https\"", "192.0.2.1"},
                        {"for=203.0.113.9;host=\", for=192.0.2.1, for=\"10.0.0.2\"", "192.0.2.1"}})
    EXPECT_EQ(find(clients, proxy, {{"forwarded", value}}), client) << value;
}

TEST(Forwarded, EndsAtWhatIsNoAddressWithTheProxyThatWroteIt_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::forwarded);
  for (const auto* broken : {"",
                             "for",
                             "for=",
                             "for=unknown",
                             "for=_hidden",
                             "for=\"_hidden:80\"",
                             "for=\"\"",
                             "for=192.0.2.1:80",
                             "for=[2001:db9::1]",
                             "for=\"2001:db9::1\"",
                             "for=\"[192.0.2.1]\"",
                             "for=2001:db9::1",
                             "for= 192.0.2.1",
                             "for =192.0.2.1",
                             "for=192.0.2.1 x",
                             "for=\"192.0.2.1\"x",
                             "for=\"192.0.2.1",
                             "for=192.0.2.1;for=192.0.2.1",
                             "by=192.0.2.1",
                             "192.0.2.1",
                             "xfor=192.0.2.1",
                             "for=\"192.0.2.1:123456\"",
                             "for=\"192.0.2.1:\"",
                             "for=\"192.0.2.1\"\"",
                             "for=\"192.0.2.1\\\""}) {
    const std::string value = broken;
    EXPECT_EQ(find(clients, proxy, {{"Forwarded", value}}), nobody) << value;
  }
  for (const auto* broken : {"", "for=unknown", "for=_hidden", "by=192.0.2.1"}) {
    const std::string value = broken;
    EXPECT_EQ(find(clients, proxy, {{"Forwarded", "for=192.0.2.1," + value + ", for=10.0.0.2"}}),
              "10.0.0.2")
        << value;
  }
}

TEST(ClientAddress, IsThePeersIfThePeerIsNotTrusted_ASVS_4_1_3) {
  const fields header{{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=203.0.113.9"}};
  for (const auto kind : {forwarded_header::x_forwarded_for, forwarded_header::forwarded}) {
    for (const auto* peer : {"192.0.2.1", "11.0.0.1", "2001:db9::1", "fe80::1%eth0", "", "unknown"})
      EXPECT_EQ(find(trusting(kind), peer, header), nobody) << peer;
    EXPECT_EQ(find(trusting(kind), "2001:db8::1", header), "203.0.113.9");
    EXPECT_EQ(find(trusting(kind), "::ffff:10.0.0.1", header), "203.0.113.9");
    EXPECT_EQ(find(trusting(kind, {}), proxy, header), nobody);
    EXPECT_EQ(find(trusting(kind), proxy, {}), nobody);
  }
  EXPECT_FALSE(trusting(forwarded_header::forwarded, {}).trusts_anybody());
}

TEST(ClientAddress, IsNotReadFromTheOtherHeader_ASVS_4_1_3) {
  const auto x_forwarded_for = trusting(forwarded_header::x_forwarded_for);
  const auto forwarded = trusting(forwarded_header::forwarded);
  for (const auto* name : {"Forwarded", "X-Real-IP", "X-Forwarded", "Forwarded-For", "X-Client-IP"})
    EXPECT_EQ(find(x_forwarded_for, proxy, {{name, "203.0.113.9"}, {name, "for=203.0.113.9"}}),
              nobody);
  EXPECT_EQ(find(forwarded, proxy, {{"X-Forwarded-For", "for=203.0.113.9"}}), nobody);
  const fields both{{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "192.0.2.2"}};
  EXPECT_EQ(find(forwarded, proxy, both), "192.0.2.1");
  EXPECT_EQ(find(x_forwarded_for, proxy, both), "192.0.2.2");
}

TEST(ClientAddress, IsReadFromSeveralFieldsAsFromOneList_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::x_forwarded_for);
  EXPECT_EQ(
      find(clients, proxy, {{"X-Forwarded-For", "203.0.113.9"}, {"x-forwarded-for", "192.0.2.1"}}),
      "192.0.2.1");
  EXPECT_EQ(find(clients, proxy,
                 {{"X-Forwarded-For", "203.0.113.9, 192.0.2.1"},
                  {"Host", "x"},
                  {"X-FORWARDED-FOR", "10.0.0.3"},
                  {"X-Forwarded-For", "10.0.0.2"}}),
            "192.0.2.1");
  EXPECT_EQ(find(clients, proxy,
                 {{"X-Forwarded-For", "192.0.2.1"},
                  {"X-Forwarded-For", ""},
                  {"X-Forwarded-For", "10.0.0.2"}}),
            "10.0.0.2");
  EXPECT_EQ(find(trusting(forwarded_header::forwarded), proxy,
                 {{"Forwarded", "for=\"203.0.113.9"}, {"Forwarded", "for=\"192.0.2.1\""}}),
            "192.0.2.1");
}

TEST(ClientAddress, IsLookedForBehindALimitedNumberOfProxies) {
  const auto clients = trusting(forwarded_header::x_forwarded_for);
  // One in a field of its own, the others in one.
  const auto behind = [&](std::size_t proxies) {
    std::string list = "192.0.2.1";
    for (std::size_t count = 2; count <= proxies; ++count)
      list += ", 10.0.0." + std::to_string(count + 1);
    return find(clients, proxy, {{"X-Forwarded-For", list}, {"X-Forwarded-For", "10.0.0.2"}});
  };
  EXPECT_EQ(behind(limits::proxy_hops - 1), "192.0.2.1");
  EXPECT_EQ(behind(limits::proxy_hops), "10.0.0.3");
  EXPECT_EQ(behind(100), "10.0.0.71");
}

TEST(ClientAddress, IsThePeersIfTheHeaderWasNotReadToItsEnd_ASVS_4_1_3) {
  const auto clients = trusting(forwarded_header::x_forwarded_for);
  // The proxy's own field is the last one, which is not there yet, or not readable.
  for (const std::string rest : {"", "X-Forwarded-For: 192.0.2", "\x01: x\r\n\r\n"}) {
    request read;
    request_parser parser{read, {}};
    static_cast<void>(parser.put("GET / HTTP/1.1\r\nHost: x\r\n"
                                 "X-Forwarded-For: 203.0.113.9\r\n" +
                                 rest));
    EXPECT_FALSE(read.header_complete());
    EXPECT_EQ(clients.find(proxy, read), std::nullopt) << rest;
  }
  request read;
  request_parser parser{read, {}};
  ASSERT_TRUE(parser.put("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"));
  EXPECT_TRUE(read.header_complete());
  EXPECT_EQ(clients.find(proxy, read), ip_address::parse("192.0.2.1"));
  parser.restart();
  EXPECT_FALSE(read.header_complete());
}

} // namespace
} // namespace maque::http

#include "domain/ip_address.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace maque {
namespace {

using testing::HasSubstr;

std::string canonical(std::string_view text) {
  const auto address = ip_address::parse(text);
  return address ? to_string(*address) : "none";
}

TEST(IpAddress, HasOneSpelling) {
  for (const auto& [text, spelling] :
       std::vector<std::pair<std::string, std::string>>{{"192.0.2.1", "192.0.2.1"},
                                                        {"0.0.0.0", "0.0.0.0"},
                                                        {"255.255.255.255", "255.255.255.255"},
                                                        {"::1", "::1"},
                                                        {"::", "::"},
                                                        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
                                                        {"2001:0db8::0001", "2001:db8::1"},
                                                        {"fe80::1", "fe80::1"},
                                                        {"::ffff:192.0.2.1", "192.0.2.1"},
                                                        {"::FFFF:c000:0201", "192.0.2.1"},
                                                        {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"}})
    EXPECT_EQ(canonical(text), spelling) << text;
  EXPECT_EQ(ip_address::parse("::ffff:10.0.0.1"), ip_address::parse("10.0.0.1"));
  EXPECT_NE(ip_address::parse("::10.0.0.1"), ip_address::parse("10.0.0.1"));
}

TEST(IpAddress, IsNothingElse) {
  for (const std::string& text : {std::string{},
                                  std::string{" 10.0.0.1"},
                                  std::string{"10.0.0.1 "},
                                  std::string{"10.0.0"},
                                  std::string{"10.0.0.1.1"},
                                  std::string{"10.0.0.256"},
                                  std::string{"010.0.0.1"},
                                  std::string{"0x0a.0.0.1"},
                                  std::string{"167772161"},
                                  std::string{"10.0.0.1:80"},
                                  std::string{"10.0.0.1/32"},
                                  std::string{"[::1]"},
                                  std::string{":::1"},
                                  std::string{":"},
                                  std::string{"1::2::3"},
                                  std::string{"12345::"},
                                  std::string{"fe80::1%eth0"},
                                  std::string{"fe80::1%2"},
                                  std::string{"unknown"},
                                  std::string{"localhost"},
                                  std::string{"10.0.0.1\0", 9},
                                  std::string{"10.0.0.1\0x", 10},
                                  std::string(1000, '1'),
                                  std::string{"::ffff:10.0.0.256"}})
    EXPECT_EQ(canonical(text), "none") << text;
}

TEST(IpNetwork, ContainsTheAddressesThatBeginAsItDoes) {
  struct row {
    std::string network;
    std::vector<std::string> inside;
    std::vector<std::string> outside;
  };
  for (const auto& [network, inside, outside] : std::vector<row>{
           {"10.0.0.0/8",
            {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"},
            {"9.255.255.255", "11.0.0.0", "a00::", "::a00:1"}},
           {"172.16.0.0/12", {"172.16.0.1", "172.31.255.255"}, {"172.15.0.1", "172.32.0.0"}},
           {"192.0.2.1", {"192.0.2.1"}, {"192.0.2.0", "192.0.2.2"}},
           {"192.0.2.1/32", {"192.0.2.1"}, {"192.0.2.0"}},
           {"::ffff:192.0.2.1", {"192.0.2.1"}, {"192.0.2.0"}},
           {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1", "2001:db8::1"}},
           {"::/0", {"::", "2001:db8::1"}, {"0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1"}},
           {"::1", {"::1"}, {"::", "::2", "0.0.0.1"}},
           {"2001:db8::/32", {"2001:db8::", "2001:db8:ffff::1"}, {"2001:db9::", "2001:db7::"}},
           {"2001:db8::/33", {"2001:db8:7fff::1"}, {"2001:db8:8000::1"}},
           {"fd00::/8", {"fd12::1"}, {"fc00::1", "fe00::1"}}}) {
    const auto parsed = ip_network::parse(network);
    ASSERT_TRUE(parsed) << network << ": " << parsed.error();
    for (const auto& address : inside)
      EXPECT_TRUE(parsed->contains(*ip_address::parse(address))) << network << " " << address;
    for (const auto& address : outside)
      EXPECT_FALSE(parsed->contains(*ip_address::parse(address))) << network << " " << address;
  }
}

TEST(IpNetwork, SaysWhatIsWrongWithIt) {
  for (const auto& [text, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"", "must be an address"},
           {"/8", "must be an address"},
           {"localhost", "must be an address"},
           {"10.0.0/8", "must be an address"},
           {" 10.0.0.0/8", "must be an address"},
           {"fe80::1%eth0", "must be an address"},
           {"10.0.0.0/", "from 0 to 32"},
           {"10.0.0.0/33", "from 0 to 32"},
           {"10.0.0.0/-1", "from 0 to 32"},
           {"10.0.0.0/8 ", "from 0 to 32"},
           {"10.0.0.0/255.0.0.0", "from 0 to 32"},
           {"10.0.0.0/8/8", "from 0 to 32"},
           {"10.0.0.0/99999999999", "from 0 to 32"},
           {"::/129", "from 0 to 128"},
           {"10.0.0.1/8", "is it \"10.0.0.0/8\", or \"10.0.0.1\"?"},
           {"2001:db8::1/32", "is it \"2001:db8::/32\", or \"2001:db8::1\"?"},
           {"10.0.0.1/0", "is it \"0.0.0.0/0\""},
           {"::ffff:10.0.0.0/104", "as one of IPv4"}}) {
    const auto parsed = ip_network::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), HasSubstr(complaint)) << text;
  }
}

TEST(SourcePrefix, IsWhatOneClientHasForHimself) {
  for (const auto& [address, prefix] : std::vector<std::pair<std::string, std::string>>{
           {"192.0.2.1", "192.0.2.1"},
           {"::ffff:192.0.2.1", "192.0.2.1"},
           {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
           {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
           {"::1", "::/64"},
           {"", ""},
           {"fe80::1%eth0", "fe80::1%eth0"},
           {"unknown", "unknown"}})
    EXPECT_EQ(source_prefix(address), prefix) << address;
  EXPECT_NE(source_prefix("2001:db8:1:2::1"), source_prefix("2001:db8:1:3::1"));
}

TEST(Loopback, IsThisMachineAlone) {
  for (const char* const ours : {"127.0.0.1", "127.255.255.254", "::1"})
    EXPECT_TRUE(is_loopback(ip_address::parse(ours).value())) << ours;
  for (const char* const other :
       {"128.0.0.1", "126.255.255.255", "0.0.0.0", "::", "::2", "10.0.0.1"})
    EXPECT_FALSE(is_loopback(ip_address::parse(other).value())) << other;
}

} // namespace
} // namespace maque

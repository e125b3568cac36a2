#include "api_fixture.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace maque::test {

namespace {

test_server::adjustment trust(std::vector<std::string> proxies,
                              config::proxy_header header = config::proxy_header::x_forwarded_for) {
  return [proxies = std::move(proxies), header](config::settings& settings) {
    settings.http.trusted_proxies = proxies;
    settings.http.forwarded_header = header;
  };
}

/// The line of the access log that has this trace id.
nlohmann::json logged_line(test_server& server, const std::string& trace) {
  EXPECT_TRUE(eventually([&] { return server.read_log().find(trace) != std::string::npos; }));
  std::istringstream log{server.read_log()};
  for (std::string line; std::getline(log, line);)
    if (line.find(trace) != std::string::npos) return nlohmann::json::parse(line);
  return nlohmann::json::object();
}

/// Who asked, according to the access log.
struct seen {
  std::string address;
  std::string peer; ///< Empty: not logged.
  friend bool operator==(const seen&, const seen&) = default;
};

seen seen_of(test_server& server, const header_list& headers) {
  const auto reply = api_client{server.port()}.get("/api/config", headers);
  const auto line = logged_line(server, reply.trace());
  return {line.value("address", ""), line.value("peer", "")};
}

/// The address that the session of a login has that came with these headers.
std::string session_address(const test_server& server, const std::string& attempt,
                            header_list headers) {
  headers.push_back(api_client::json_body);
  const auto reply = api_client{server.port()}.send("POST", "/api/login", headers,
                                                    login_as("alice", attempt).dump());
  expect_success(reply);
  const std::vector<session_id> ids{claims_of(reply.data().at("access_token")).session};
  return server.open_database()->find_sessions(ids)->front().value().address;
}

} // namespace

TEST(ClientAddress, IsThePeersWithoutTrustedProxies_ASVS_4_1_3) {
  for (const std::vector<std::string>& proxies :
       {std::vector<std::string>{}, std::vector<std::string>{"10.0.0.0/8", "::1"}}) {
    test_server server{trust(proxies)};
    const header_list headers{{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=203.0.113.9"}};
    EXPECT_EQ(seen_of(server, headers), (seen{"127.0.0.1", ""}));
    EXPECT_EQ(session_address(server, "spoofed", headers), "127.0.0.1");
  }
}

TEST(ClientAddress, IsWhomATrustedProxyNames_ASVS_4_1_3) {
  test_server server{trust({"127.0.0.1", "10.0.0.0/8"})};
  EXPECT_EQ(seen_of(server, {{"X-Forwarded-For", "192.0.2.1"}}), (seen{"192.0.2.1", "127.0.0.1"}));
  EXPECT_EQ(seen_of(server, {{"X-Forwarded-For", "203.0.113.9, [2001:DB8::1]:5, 10.0.0.2"}}),
            (seen{"2001:db8::1", "127.0.0.1"}));
  EXPECT_EQ(seen_of(server, {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-For", "192.0.2.1"}}),
            (seen{"192.0.2.1", "127.0.0.1"}));
  EXPECT_EQ(seen_of(server, {{"Forwarded", "for=203.0.113.9"}}), (seen{"127.0.0.1", ""}));
  EXPECT_EQ(seen_of(server, {}), (seen{"127.0.0.1", ""}));
  EXPECT_EQ(session_address(server, "proxied", {{"X-Forwarded-For", "192.0.2.1"}}), "192.0.2.1");
}

TEST(ClientAddress, IsReadFromForwardedIfThatIsTheHeader_ASVS_4_1_3) {
  test_server server{trust({"127.0.0.0/8"}, config::proxy_header::forwarded)};
  EXPECT_EQ(seen_of(server, {{"Forwarded", "for=203.0.113.9, for=\"[2001:db8::1]:5\";proto=https"},
                             {"X-Forwarded-For", "203.0.113.9"}}),
            (seen{"2001:db8::1", "127.0.0.1"}));
  EXPECT_EQ(seen_of(server, {{"X-Forwarded-For", "203.0.113.9"}}), (seen{"127.0.0.1", ""}));
}

TEST(ClientAddress, IsEachRequestsOwnOnAConnectionThatAProxyShares_ASVS_4_1_3) {
  test_server server{trust({"127.0.0.1"})};
  api_client connection{server.port()};
  const std::vector<seen> expected{
      {"192.0.2.1", "127.0.0.1"}, {"127.0.0.1", ""}, {"2001:db8::1", "127.0.0.1"}};
  std::vector<std::string> traces{
      connection.get("/api/config", {{"X-Forwarded-For", "192.0.2.1"}}).trace(),
      connection.get("/api/config").trace(),
      connection.get("/api/config", {{"X-Forwarded-For", "2001:db8::1"}}).trace()};
  for (std::size_t index = 0; index < traces.size(); ++index) {
    const auto line = logged_line(server, traces[index]);
    EXPECT_EQ((seen{line.value("address", ""), line.value("peer", "")}), expected[index]);
  }
}

TEST(ClientAddress, IsThePeersIfTheRequestCanNotBeRead_ASVS_4_1_3) {
  test_server server{trust({"127.0.0.1"})};
  raw_client client{server.port()};
  // The proxy's field comes last, behind what can't be read.
  const auto reply = client.exchange("GET", "/api/config",
                                     request_bytes("GET", "/api/config",
                                                   "X-Forwarded-For: 203.0.113.9\r\n"
                                                   "\x01: x\r\nX-Forwarded-For: 192.0.2.1\r\n"));
  expect_failure(reply, errc::malformed_request);
  EXPECT_EQ(logged_line(server, reply.trace()).value("address", ""), "127.0.0.1");
}

} // namespace maque::test

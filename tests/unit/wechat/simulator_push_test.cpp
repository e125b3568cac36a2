#include "raw_server.hpp"
#include "simulated.hpp"
#include "wechat_simulator/control.hpp"
#include "wechat_simulator/push_message.hpp"
#include "wechat_simulator/signatures.hpp"

#include <gmock/gmock.h>
#include <httplib.h>
#include <openssl/evp.h>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using nlohmann::ordered_json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
constexpr utc_time push_time = from_unix_micros(1'700'000'000'000'000);

std::map<std::string, std::string> parse_query(const std::string& query) {
  httplib::Params params;
  httplib::detail::parse_query_text(query, params);
  return {params.begin(), params.end()};
}

std::string decode(const std::string& base64) {
  std::string bytes(base64.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(base64.data()),
                  static_cast<int>(base64.size()));
  const auto padding = std::ranges::count(base64, '=');
  bytes.resize(bytes.size() - static_cast<std::size_t>(padding));
  return bytes;
}

struct opened_push {
  std::string message;
  std::string appid;
};

/// Written from WeChat's page, apart from the simulator's own.
opened_push open_push(const std::string& encrypted) {
  const std::string key = decode(aes_key + "=");
  const std::string bytes = decode(encrypted);
  EXPECT_EQ(bytes.size() % 32, 0U);
  std::string plain(bytes.size(), '\0');
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int size = 0;
  EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), nullptr,
                     reinterpret_cast<const unsigned char*>(key.data()),
                     reinterpret_cast<const unsigned char*>(key.data()));
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_DecryptUpdate(context, reinterpret_cast<unsigned char*>(plain.data()), &size,
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
  EVP_CIPHER_CTX_free(context);
  const auto padding = static_cast<unsigned char>(plain.back());
  EXPECT_TRUE(padding >= 1 && padding <= 32);
  EXPECT_EQ(plain.substr(plain.size() - padding), std::string(padding, plain.back()));
  plain.resize(plain.size() - padding);
  std::size_t length = 0;
  for (std::size_t i = 16; i < 20; ++i)
    length = length << 8U | static_cast<unsigned char>(plain[i]);
  return {plain.substr(20, length), plain.substr(20 + length)};
}

push_order order_of(push_format format, push_mode mode) {
  return {"wx1",  "tok", aes_key,
          format, mode,  ordered_json{{"MsgType", "text"}, {"Content", "a]]>b"}, {"MsgId", 7}}};
}

TEST(SimulatorPush, IsSignedByTheToken) {
  const auto made = make_push(order_of(push_format::json, push_mode::plain), push_time);
  auto query = parse_query(made.query);
  EXPECT_EQ(query["timestamp"], "1700000000");
  EXPECT_EQ(query["signature"], sign_sorted({"tok", "1700000000", query["nonce"]}));
  EXPECT_FALSE(query.contains("encrypt_type"));
  EXPECT_EQ(made.content_type, "application/json");
  EXPECT_EQ(json::parse(made.body), (json{{"MsgType", "text"},
                                          {"Content", "a]]>b"},
                                          {"MsgId", 7},
                                          {"ToUserName", "gh_simulator"},
                                          {"CreateTime", 1'700'000'000}}));
}

TEST(SimulatorPush, IsXmlIfTheConsoleSaysSo) {
  auto order = order_of(push_format::xml, push_mode::plain);
  order.message["List"] = {1, 2};
  order.message["Inner"] = {{"A", "b"}};
  const auto made = make_push(order, push_time);
  EXPECT_EQ(made.content_type, "text/xml");
  EXPECT_EQ(made.body,
            "<xml><MsgType><![CDATA[text]]></MsgType>"
            "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content><MsgId>7</MsgId>"
            "<List>1</List><List>2</List><Inner><A><![CDATA[b]]></A></Inner>"
            "<ToUserName><![CDATA[gh_simulator]]></ToUserName><CreateTime>1700000000</CreateTime>"
            "</xml>");
}

TEST(SimulatorPush, IsEncryptedInSecureMode) {
  const auto made = make_push(order_of(push_format::json, push_mode::secure), push_time);
  const auto body = json::parse(made.body);
  EXPECT_EQ(body.size(), 2U) << made.body;
  EXPECT_EQ(body["ToUserName"], "gh_simulator");
  const std::string encrypted = body["Encrypt"];
  auto query = parse_query(made.query);
  EXPECT_EQ(query["encrypt_type"], "aes");
  EXPECT_EQ(query["msg_signature"], sign_sorted({"tok", "1700000000", query["nonce"], encrypted}));
  const auto opened = open_push(encrypted);
  EXPECT_EQ(opened.appid, "wx1");
  EXPECT_EQ(json::parse(opened.message)["Content"], "a]]>b");
}

TEST(SimulatorPush, IsBothInCompatibleMode) {
  const auto made = make_push(order_of(push_format::json, push_mode::compatible), push_time);
  const auto body = json::parse(made.body);
  EXPECT_EQ(body["Content"], "a]]>b");
  EXPECT_EQ(json::parse(open_push(body["Encrypt"]).message)["Content"], "a]]>b");
}

TEST(SimulatorPush, FillsEveryBlockOfItsPadding) {
  for (std::size_t size = 0; size < 40; ++size) {
    auto order = order_of(push_format::json, push_mode::secure);
    order.message["Content"] = std::string(size, 'x');
    const auto made = make_push(order, push_time);
    const auto opened = open_push(json::parse(made.body)["Encrypt"]);
    EXPECT_EQ(json::parse(opened.message)["Content"], std::string(size, 'x'));
  }
}

TEST(SimulatorPush, CanNotBeMadeOfABadKeyOrName) {
  auto order = order_of(push_format::json, push_mode::secure);
  order.aes_key.pop_back();
  EXPECT_THROW(make_push(order, push_time), std::invalid_argument);
  order = order_of(push_format::xml, push_mode::plain);
  order.message["a b"] = 1;
  EXPECT_THROW(make_push(order, push_time), std::invalid_argument);
}

/// The server under test.
class receiver {
public:
  receiver() {
    server_.Post("/push", [this](const httplib::Request& asked, httplib::Response& answered) {
      const std::scoped_lock lock{mutex_};
      got_.push_back(asked);
      answered.set_content("success", "text/plain");
    });
    server_.Get("/push", [](const httplib::Request& asked, httplib::Response& answered) {
      const bool good =
          asked.get_param_value("signature") ==
          sign_sorted({"tok", asked.get_param_value("timestamp"), asked.get_param_value("nonce")});
      answered.set_content(good ? asked.get_param_value("echostr") : "no", "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread{[this] { server_.listen_after_bind(); }};
  }
  ~receiver() { server_.stop(); }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/push?x=1"; }

  std::vector<httplib::Request> got() {
    const std::scoped_lock lock{mutex_};
    return got_;
  }

private:
  httplib::Server server_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<httplib::Request> got_;
  std::jthread thread_;
};

class SimulatorPushes : public Simulated {
protected:
  answer push(const json& body) {
    std::promise<answer> came;
    control_.push(body.dump(), [&](answer given) { came.set_value(std::move(given)); });
    return came.get_future().get();
  }

  control control_{engine_};
};

TEST_F(SimulatorPushes, AreSentToTheServer) {
  receiver server;
  const auto given = push({{"url", server.url()},
                           {"token", "tok"},
                           {"appid", "wx1"},
                           {"aes_key", aes_key},
                           {"mode", "secure"},
                           {"format", "xml"},
                           {"message", {{"Event", "subscribe"}}}});
  const auto told = json::parse(given.reply.body);
  EXPECT_EQ(told["delivered"], true) << given.reply.body;
  EXPECT_EQ(told["attempts"][0]["body"], "success");
  const auto got = server.got();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].get_param_value("x"), "1");
  EXPECT_EQ(got[0].get_param_value("encrypt_type"), "aes");
  EXPECT_EQ(got[0].get_header_value("Content-Type"), "text/xml");
  EXPECT_THAT(got[0].body, AllOf(StartsWith("<xml><ToUserName>"), HasSubstr("<Encrypt><![CDATA["),
                                 EndsWith("]]></Encrypt></xml>")));
}

TEST_F(SimulatorPushes, VerifyTheAddressOfAServer) {
  receiver server;
  const auto verified = push({{"url", server.url()}, {"token", "tok"}, {"verify", true}});
  EXPECT_EQ(json::parse(verified.reply.body)["delivered"], true) << verified.reply.body;
  const auto refused = push({{"url", server.url()}, {"token", "other"}, {"verify", true}});
  EXPECT_EQ(json::parse(refused.reply.body)["delivered"], false);
}

TEST_F(SimulatorPushes, AreSentThreeTimesMoreWhenThereIsNoAnswer) {
  wechat::test::refusing_port nobody;
  const json body{{"url", nobody.url() + "/push"}, {"token", "tok"}, {"message", json::object()}};
  json again = body;
  again["retry"] = true;
  const auto once = json::parse(push(body).reply.body);
  EXPECT_EQ(once["delivered"], false);
  EXPECT_EQ(once["attempts"].size(), 1U);
  EXPECT_TRUE(once["attempts"][0].contains("error"));
  EXPECT_EQ(json::parse(push(again).reply.body)["attempts"].size(), 4U);
}

TEST_F(SimulatorPushes, HaveToMakeSense) {
  const json cases[] = {
      {{"url", "ftp://x"}, {"message", json::object()}},
      {{"url", "http://127.0.0.1:1"}, {"message", 1}},
      {{"url", "http://127.0.0.1:1"}, {"message", json::object()}, {"mode", "odd"}},
      {{"url", "http://127.0.0.1:1"}, {"message", json::object()}, {"format", "odd"}},
      {{"url", "http://127.0.0.1:1"}, {"message", json::object()}, {"mode", "secure"}},
  };
  for (const auto& body : cases)
    EXPECT_EQ(push(body).reply.status, 400) << body;
}

TEST(SimulatorPushEnds, WithTheControl) {
  std::promise<void> connected;
  wechat::test::raw_server silent{{[&](wechat::test::raw_connection& peer) {
    peer.read_header();
    connected.set_value();
    peer.read_header(); // until the client gives up
  }}};
  const test_clock clock;
  simulator engine{clock};
  std::promise<answer> came;
  {
    control controlled{engine};
    const json body{{"url", silent.url()}, {"message", json::object()}};
    controlled.push(body.dump(), [&](answer given) { came.set_value(std::move(given)); });
    connected.get_future().wait();
  }
  const auto told = json::parse(came.get_future().get().reply.body);
  EXPECT_EQ(told["delivered"], false);
  EXPECT_LT(told["attempts"][0]["ms"], 5000) << "it was broken off";
}

} // namespace
} // namespace maque::wechat_simulator

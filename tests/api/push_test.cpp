#include "actors/push_service.hpp"
#include "domain/limits.hpp"
#include "push_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

namespace maque::test {

namespace {

using std::chrono::seconds;

/// What the handlers of a test have got.
struct handled {
  std::mutex guard;
  std::multiset<std::string> ids;
  std::atomic<int> starts{0};

  std::size_t count(const std::string& id) {
    const std::lock_guard lock{guard};
    return ids.count(id);
  }
};

/// Notes each push; hangs, throws or fails where the content says so.
class noting_state {
public:
  static constexpr const char* name = "noting";

  noting_state(actor_of<push_handler_actor> self, handled& into) : self_{self}, into_{into} {
    ++into_.starts;
  }

  push_handler_actor::behavior_type make_behavior() {
    return {[this](const request_context&, const shared_push& pushed) -> caf::result<push_handled> {
      {
        const std::lock_guard lock{into_.guard};
        into_.ids.insert(pushed->message_id);
      }
      const std::string_view order = pushed->content.text_of("Content");
      if (order == "throw") throw std::logic_error{"a bug"};
      if (order == "fail") return to_caf(error{errc::database_unavailable, {}, {}, {}});
      if (order == "hang")
        return hanging_.emplace_back(self_->make_response_promise<push_handled>());
      return push_handled{};
    }};
  }

private:
  actor_of<push_handler_actor> self_;
  handled& into_;
  std::vector<caf::typed_response_promise<push_handled>> hanging_;
};

class Pushes : public testing::Test {
protected:
  static std::shared_ptr<const push_handler_plans> note_into(handled& into) {
    push_handler_plan plan{"noting", {"text"}, [&into](auto& system, auto& meter) {
                             return spawn_coordinator<push_handler_actor, noting_state>(
                                 system, meter, std::ref(into));
                           }};
    return std::make_shared<const push_handler_plans>(push_handler_plans{{std::move(plan)}});
  }

  http_reply push(const std::string& body) {
    return post_push(server, plain_app, plain_query(), body);
  }
  http_reply push_secure(const std::string& document) {
    const std::string encrypted = encrypt_push_for(secure_app, document);
    return post_push(server, secure_app, secure_query(encrypted), around(encrypted));
  }
  /// JSON, as a push in secure mode has it.
  static std::string around(const std::string& encrypted) {
    return R"({"ToUserName":"gh_1","Encrypt":")" + encrypted + "\"}";
  }
  void expect_handled(const std::string& id, std::size_t times = 1) {
    EXPECT_TRUE(eventually([&] { return into.count(id) >= times; })) << id;
    EXPECT_EQ(into.count(id), times) << id;
  }
  http_reply verify(const std::string& appid, const std::string& query) {
    return api_client{server.port()}.get("/wechat/push/" + appid + query);
  }
  /// The value of a sample of /metrics; -1 if there is none.
  double metric(const std::string& sample) {
    const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Get("/metrics");
    const auto at = reply ? reply->body.find("\n" + sample + " ") : std::string::npos;
    return at == std::string::npos ? -1 : std::stod(reply->body.substr(at + sample.size() + 2));
  }

  handled into;
  test_server server{take_pushes, note_into(into)};
};

} // namespace

// The address ------------------------------------------------------------------------------------

TEST_F(Pushes, HaveAnAddressThatWeChatCanVerify) {
  for (const std::string& appid : {plain_app, secure_app})
    expect_text(verify(appid, plain_query() + "&echostr=4375120948345356249"),
                "4375120948345356249");
  api_client client{server.port()};
  const auto head =
      client.send("HEAD", "/wechat/push/" + plain_app + plain_query() + "&echostr=1", {});
  EXPECT_EQ(head.status, 200);
  const auto options = client.send("OPTIONS", "/wechat/push/" + plain_app, {});
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(Pushes, HaveAnAddressThatNobodyElseCanVerify) {
  const std::string now = time_text();
  const std::string right = wechat::sign_push(push_token, now, "n1");
  const std::string rest = "&timestamp=" + now + "&nonce=n1&echostr=1";
  expect_failure(verify(plain_app, "?signature=" + right.substr(1) + "0" + rest), errc::forbidden);
  expect_failure(
      verify(plain_app, "?signature=" + right + "&timestamp=" + now + "&nonce=n2&echostr=1"),
      errc::forbidden);
  for (const seconds off : {limits::push_age + seconds{60}, -limits::push_age - seconds{60}})
    expect_failure(verify(plain_app, plain_query(time_text(off)) + "&echostr=1"), errc::forbidden);
  for (const std::string& query :
       {std::string{}, plain_query(), "?signature=" + right,
        plain_query() + "&echostr=", plain_query() + "&echostr=%0A", plain_query() + "&echostr=%zz",
        plain_query() + "&echostr=" + std::string(limits::push_parameter_bytes + 1, '1')})
    expect_failure(verify(plain_app, query), errc::invalid_field);
  for (const char* const appid :
       {"wx1", "wx0000000000000000", "WXSIMULATOR", "%00", "wxsimulator%20"})
    expect_failure(verify(appid, plain_query() + "&echostr=1"), errc::route_not_found);
}

// Plain and secure mode --------------------------------------------------------------------------

TEST_F(Pushes, AreTakenInPlainAndSecureModeAsJsonAndAsXml) {
  const auto reply = push(json_push("1"));
  expect_text(reply, "success");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  expect_text(push(xml_push("2")), "success");
  expect_text(push_secure(json_push("3")), "success");
  expect_text(push_secure(xml_push("4")), "success");
  const std::string encrypted = encrypt_push_for(secure_app, xml_push("5"));
  expect_text(post_push(server, secure_app, secure_query(encrypted),
                        "<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[" + encrypted +
                            "]]></Encrypt></xml>"),
              "success");
  for (const char* const id : {"1", "2", "3", "4", "5"})
    expect_handled(id);
}

TEST_F(Pushes, AreReadFromWhatIsEncryptedIfThereIsBoth) {
  const std::string encrypted = encrypt_push_for(secure_app, json_push("inner"));
  // JSON takes no bare word for an id.
  const std::string good = encrypt_push_for(secure_app, json_push("7"));
  const std::string both = json_push("8", R"(,"Encrypt":")" + good + "\"");
  expect_text(post_push(server, secure_app, secure_query(good), both), "success");
  expect_handled("7");
  EXPECT_EQ(into.count("8"), 0U);
  expect_failure(post_push(server, secure_app, secure_query(encrypted), around(encrypted)),
                 errc::invalid_json);
}

TEST_F(Pushes, AreHandledOnceHoweverOftenTheyCome) {
  for (int i = 0; i < 4; ++i) {
    expect_text(push(json_push("1")), "success");
    expect_text(push_secure(json_push("1")), "success"); // Another mini-program's.
  }
  expect_text(push(json_push("2")), "success");
  expect_handled("2");
  EXPECT_EQ(into.count("1"), 2U);
  EXPECT_EQ(metric(R"(maque_wechat_pushes_total{event="message",outcome="accepted"})"), 3);
  EXPECT_EQ(metric(R"(maque_wechat_pushes_total{event="message",outcome="known"})"), 6);
}

// What is refused --------------------------------------------------------------------------------

TEST_F(Pushes, WithAWrongSignatureAreRefused) {
  const std::string now = time_text();
  const std::string wrong = wechat::sign_push(secret{"another"}, now, "n1");
  expect_failure(post_push(server, plain_app,
                           "?signature=" + wrong + "&timestamp=" + now + "&nonce=n1",
                           json_push("1")),
                 errc::forbidden);
  const std::string encrypted = encrypt_push_for(secure_app, json_push("1"));
  const std::string other = encrypt_push_for(secure_app, json_push("2"));
  expect_failure(post_push(server, secure_app, secure_query(other), around(encrypted)),
                 errc::forbidden);
  // Made for another mini-program with the same token and key.
  const std::string foreign = encrypt_push_for(plain_app, json_push("1"));
  expect_failure(post_push(server, secure_app, secure_query(foreign), around(foreign)),
                 errc::forbidden);
  for (const std::string& query : {std::string{}, "?timestamp=" + now + "&nonce=n1"})
    expect_failure(post_push(server, plain_app, query, json_push("1")), errc::invalid_field);
  expect_failure(post_push(server, secure_app, plain_query(), around(encrypted)),
                 errc::invalid_field);
  expect_failure(post_push(server, mute_app, plain_query(), json_push("1")), errc::route_not_found);
  EXPECT_EQ(into.count("1"), 0U);
}

TEST_F(Pushes, OfAnotherTimeAreRefused) {
  for (const seconds off : {limits::push_age + seconds{60}, -limits::push_age - seconds{60}}) {
    const std::string then = time_text(off);
    expect_failure(post_push(server, plain_app, plain_query(then), json_push("1")),
                   errc::forbidden);
    const std::string encrypted = encrypt_push_for(secure_app, json_push("1"));
    expect_failure(post_push(server, secure_app, secure_query(encrypted, then), around(encrypted)),
                   errc::forbidden);
  }
  EXPECT_EQ(into.count("1"), 0U);
}

TEST_F(Pushes, ThatAreNotEncryptedAreRefusedWhereAKeyIsSet) {
  expect_failure(post_push(server, secure_app, plain_query(), json_push("1")), errc::forbidden);
  expect_failure(post_push(server, secure_app, secure_query(""), xml_push("1")), errc::forbidden);
  EXPECT_EQ(into.count("1"), 0U);
}

TEST_F(Pushes, ThatAreNoneAreRefused) {
  expect_failure(push(""), errc::invalid_json);
  expect_failure(push("{}"), errc::invalid_field);
  expect_failure(push("<xml>"), errc::malformed_request);
  expect_failure(push_secure("neither"), errc::invalid_json);
  expect_failure(push_secure("<xml/>"), errc::invalid_field);
  expect_failure(post_push(server, plain_app, plain_query(),
                           around(encrypt_push_for(plain_app, json_push("1")))),
                 errc::invalid_field);
}

TEST_F(Pushes, CannotMakeTheServerExpandOrOpenAnything) {
  const std::string secret_file = (server.folder() / "signing.key").string();
  const std::string laughs = R"(<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">)"
                             R"(<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>)";
  const std::string file = R"(<!DOCTYPE xml [<!ENTITY f SYSTEM "file://)" + secret_file + "\">]>";
  for (const std::string& bomb : {laughs + xml_push("1", "<Content>&c;</Content>"),
                                  file + xml_push("1", "<Content>&f;</Content>"),
                                  laughs + xml_push("1"), "<!DOCTYPE xml>" + xml_push("1")}) {
    expect_failure(push(bomb), errc::malformed_request);
    expect_failure(push_secure(bomb), errc::malformed_request);
    expect_failure(post_push(server, secure_app, secure_query("x"), bomb), errc::malformed_request);
  }
  EXPECT_EQ(into.count("1"), 0U);
  expect_text(push(xml_push("2")), "success"); // The server goes on.
}

TEST_F(Pushes, AreNoLargerThanWeChatsAre) {
  expect_failure(
      push(json_push("1", ",\"x\":\"" + std::string(limits::push_body_bytes, 'x') + "\"")),
      errc::body_too_large);
  const std::string ten_megabytes(10'000'000, 'x');
  expect_failure(push(ten_megabytes), errc::body_too_large);
  expect_text(push(json_push("1")), "success");
}

TEST_F(Pushes, AreNotTakenByAnotherMethod) {
  api_client client{server.port()};
  expect_failure(client.send("PUT", "/wechat/push/" + plain_app + plain_query(), {}, "{}"),
                 errc::method_not_allowed);
}

// Handlers ---------------------------------------------------------------------------------------

TEST_F(Pushes, AreAnsweredAtOnceWhateverTheirHandlerDoes) {
  int id = 0;
  for (const std::string order : {"hang", "fail", "throw"}) {
    const auto begin = std::chrono::steady_clock::now();
    expect_text(push(json_push(std::to_string(++id), ",\"Content\":\"" + order + "\"")), "success");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{1}) << order;
  }
  EXPECT_TRUE(eventually([&] { return metric("maque_wechat_push_failures_total") == 2; }));
}

TEST_F(Pushes, GoToAHandlerThatWasStartedAgain) {
  expect_text(push(json_push("1", R"(,"Content":"throw")")), "success");
  expect_handled("1");
  EXPECT_TRUE(eventually([&] { return into.starts == 2; }));
  // It subscribes when it starts; until then nobody wants the push.
  int next = 1;
  EXPECT_TRUE(eventually([&] {
    const std::string id = std::to_string(++next);
    push(json_push(id));
    return into.count(std::to_string(next - 1)) > 0 || into.count(id) > 0;
  }));
  EXPECT_EQ(into.count("1"), 1U);
  EXPECT_EQ(metric("maque_wechat_push_failures_total"), 1);
}

TEST_F(Pushes, AreToComeAgainWhenAHandlerHasTooMuchToDo) {
  api_client client{server.port()};
  const auto send = [&](std::size_t id) {
    return client.send("POST", "/wechat/push/" + plain_app + plain_query(), {},
                       json_push(std::to_string(id + 1), R"(,"Content":"hang")"));
  };
  for (std::size_t id = 0; id < limits::pushes_outstanding; ++id)
    ASSERT_EQ(send(id).status, 200);
  const auto refused = send(limits::pushes_outstanding);
  expect_failure(refused, errc::overloaded);
  EXPECT_EQ(refused.header("Retry-After"), "5");
  EXPECT_EQ(metric(R"(maque_wechat_pushes_total{event="message",outcome="overloaded"})"), 1);
}

TEST_F(Pushes, OfSubscriptionMessagesAreCounted) {
  const std::string sent =
      R"({"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1620963428,"MsgType":"event",)"
      R"("Event":"subscribe_msg_sent_event","List":{"TemplateId":"t1","MsgID":"1700827132819554304",)"
      R"("ErrorCode":"3","ErrorStatus":"user refused"}})";
  expect_text(push(sent), "success");
  EXPECT_TRUE(eventually(
      [&] { return metric(R"(maque_wechat_subscriptions_total{what="undelivered"})") == 1; }));
  EXPECT_EQ(
      metric(R"(maque_wechat_pushes_total{event="subscribe_msg_sent_event",outcome="accepted"})"),
      1);
  EXPECT_TRUE(
      eventually([&] { return server.read_log().find("user refused") != std::string::npos; }));
}

TEST_F(Pushes, LeaveNoSecretInTheLog_ASVS_16_2_5) {
  push(json_push("1", R"(,"Content":"what a user wrote")"));
  push_secure(json_push("2", R"(,"Content":"what a user wrote")"));
  expect_failure(post_push(server, plain_app, plain_query(time_text(seconds{9'999})), "{}"),
                 errc::forbidden);
  expect_handled("1");
  expect_handled("2");
  EXPECT_TRUE(
      eventually([&] { return server.read_log().find("push_refused") != std::string::npos; }));
  const std::string log = server.read_log();
  for (const std::string& hidden : {push_token.reveal(), push_aes_key.reveal(),
                                    std::string{"what a user wrote"}, std::string{"signature="}})
    EXPECT_EQ(log.find(hidden), std::string::npos) << hidden;
}

} // namespace maque::test

#include "api_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::test {

namespace {

using testing::HasSubstr;
using testing::Not;

class Phone : public testing::Test {
protected:
  /// @param code of the phone-number button, as the simulator understands it.
  http_reply bind(const signed_in& who, const std::string& code, const std::string& appid = {}) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    nlohmann::json body{{"code", code}};
    if (!appid.empty()) body["appid"] = appid;
    return client.post("/api/v1/wechat/phone", body);
  }

  http_reply show(const signed_in& who) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    return client.get("/api/v1/wechat/phone");
  }

  test_server server;
  signed_in alice = log_in(server, "alice");
};

} // namespace

TEST_F(Phone, IsNoneBeforeOneWasTold) {
  const auto none = show(alice);
  expect_success(none);
  EXPECT_TRUE(none.data().is_null());
}

TEST_F(Phone, IsBoundToTheUserWhoTellsIt) {
  const auto bob = log_in(server, "bob");
  const auto bound = bind(alice, "phone-44-7700900123.1");
  expect_success(bound);
  EXPECT_EQ(bound.data().at("phone_number"), "+447700900123");
  EXPECT_EQ(bound.data().at("local_number"), "7700900123");
  EXPECT_EQ(bound.data().at("country_code"), "44");
  EXPECT_EQ(bound.header("Cache-Control"), "no-store");
  EXPECT_EQ(show(alice).data(), bound.data());
  EXPECT_TRUE(show(bob).data().is_null());
}

TEST_F(Phone, IsReplacedByTheNextOne) {
  expect_success(bind(alice, "phone-13800138000.1"));
  expect_success(bind(alice, "phone-13800138001.1", "wxsimulator"));
  const auto now = show(alice).data();
  EXPECT_EQ(now.at("phone_number"), "13800138001");
  EXPECT_EQ(now.at("local_number"), "13800138001");
  EXPECT_EQ(now.at("country_code"), "86");
}

TEST_F(Phone, IsRefusedWithACodeThatIsNoGood) {
  expect_success(bind(alice, "phone-13800138000.1"));
  const auto before = show(alice).data();
  for (const char* const code : {"phone-13800138000.1", "dev-alice.phone", "x", "err-40029"})
    expect_failure(bind(alice, code), errc::invalid_code);
  expect_failure(bind(alice, ""), errc::invalid_field);
  expect_failure(bind(alice, "phone-13800138002.1", "wxother"), errc::invalid_field);
  EXPECT_EQ(show(alice).data(), before);
}

TEST_F(Phone, IsRefusedAsWechatRefusesIt) {
  expect_failure(bind(alice, "err-40226"), errc::user_blocked_by_wechat);
  expect_failure(bind(alice, "err-45011"), errc::too_many_requests);
  expect_failure(bind(alice, "fault-html"), errc::wechat_bad_reply);
  expect_failure(bind(alice, "err-45009"), errc::wechat_unavailable);
  EXPECT_TRUE(show(alice).data().is_null());
}

TEST_F(Phone, IsForThoseWhoAreSignedIn_ASVS_8_2_1) {
  expect_failure(bind({}, "phone-13800138000.1"), errc::unauthenticated);
  expect_failure(show({}), errc::unauthenticated);
}

TEST_F(Phone, IsNotBoundToWhoWasDisabled) {
  server.execute_sql("UPDATE users SET disabled = TRUE");
  expect_failure(bind(alice, "phone-13800138000.1"), errc::user_not_found);
  EXPECT_TRUE(show(alice).data().is_null());
}

TEST_F(Phone, IsInNoLog_ASVS_16_2_5) {
  expect_success(bind(alice, "phone-13800138000.1"));
  server.stop();
  const std::string log = server.read_log();
  EXPECT_THAT(log, HasSubstr("phone_bound"));
  EXPECT_THAT(log, Not(HasSubstr("13800138000")));
}

} // namespace maque::test

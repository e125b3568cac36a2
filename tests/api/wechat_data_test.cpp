#include "account_fixture.hpp"
#include "domain/limits.hpp"
#include "security/sealed.hpp"
#include "support/wechat_cipher.hpp"

#include <gtest/gtest.h>

namespace maque::test {

namespace {

const std::string appid = "wxsimulator";
const std::string iv = "r7BXXKkLb8qrSNn05n0qiA==";
const std::string plain = R"({"phoneNumber":"13580006666","countryCode":"86","n":"麻雀",)"
                          R"("watermark":{"timestamp":1477314187,"appid":"wxsimulator"}})";

class WechatData : public testing::Test {
protected:
  /// The one that the simulator made at the user's last login, as nobody else can have it.
  std::string session_key_of(const signed_in& who) {
    const std::vector<find_session_key> wanted{{user_id::parse(who.user_id).value(), appid}};
    const auto stored = server.open_database()->find_session_keys(wanted).value().at(0).value();
    const auto opened = security::open_sealed(key_of(server).sealing, stored.sealed,
                                              {"wechat session_key", appid, stored.openid});
    return opened.value().reveal();
  }

  std::string encrypt_for(const signed_in& who, const std::string& text = plain) {
    return encrypt_user_data(text, session_key_of(who), iv);
  }

  http_reply post(const signed_in& who, const std::string& path, const nlohmann::json& body) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    return client.post("/api/v1/wechat/" + path, body);
  }
  http_reply decrypt(const signed_in& who, const std::string& data, const std::string& with = iv) {
    return post(who, "decrypt", {{"encrypted_data", data}, {"iv", with}});
  }
  http_reply check(const signed_in& who, const std::string& raw, const std::string& signature) {
    return post(who, "check-signature", {{"raw_data", raw}, {"signature", signature}});
  }

  test_server server{open_registration};
};

/// Without what is another in every reply.
nlohmann::json without_trace(const http_reply& reply) {
  auto body = reply.json();
  body.erase("trace_id");
  return body;
}

} // namespace

TEST_F(WechatData, IsDecryptedForItsUser) {
  const auto alice = log_in(server, "alice");
  const auto reply = decrypt(alice, encrypt_for(alice));
  expect_success(reply);
  EXPECT_EQ(reply.data(), nlohmann::json::parse(plain));
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
}

TEST_F(WechatData, IsRefusedWithOneAnswerWhateverIsWrong) {
  const auto alice = log_in(server, "alice");
  const auto bob = log_in(server, "bob");
  const std::string good = encrypt_for(alice);
  std::string flipped = from_base64(good);
  flipped[flipped.size() - 17] = static_cast<char>(flipped[flipped.size() - 17] ^ 1);
  const nlohmann::json answer = without_trace(decrypt(alice, ""));
  EXPECT_EQ(answer.at("code"), 40004);
  for (const std::string& data :
       {encrypt_for(bob), encrypt_for(alice, "{}"), encrypt_for(alice, "not json"),
        encrypt_for(alice, R"({"watermark":{"appid":"wx4f4bc4dec97d474b"}})"), to_base64(flipped),
        good.substr(4), good.substr(0, good.size() - 1), good + "\n", std::string{"not base64"},
        std::string(limits::encrypted_data_bytes, 'A')}) {
    const auto refused = decrypt(alice, data);
    expect_failure(refused, errc::bad_encrypted_data);
    EXPECT_EQ(without_trace(refused), answer);
  }
  for (const std::string& vector : {std::string{}, std::string{"AAAA"}, iv + "=", iv + "\n"})
    EXPECT_EQ(without_trace(decrypt(alice, good, vector)), answer);
}

TEST_F(WechatData, IsReadWithTheKeyOfTheLastLogin) {
  const auto first = log_in(server, "alice");
  const std::string before = encrypt_for(first);
  const auto second = log_in(server, "alice");
  const std::string after = encrypt_for(second);
  for (const auto& session : {first, second}) {
    expect_failure(decrypt(session, before), errc::bad_encrypted_data);
    expect_success(decrypt(session, after));
  }
  server.restart();
  expect_success(decrypt(first, after));
}

TEST_F(WechatData, NeedsALoginByWayOfWeChat) {
  const auto carol = signed_in_by(sign_up(server, "carol"));
  expect_failure(decrypt(carol, to_base64("0123456789abcdef")), errc::session_key_missing);
  expect_failure(check(carol, "{}", "00"), errc::session_key_missing);

  api_client client{server.port()};
  client.use_token(carol.access_token);
  expect_success(client.post("/api/v1/user/wechat", {{"code", "dev-carol.link-1"}}));
  const std::string before = encrypt_for(carol);
  expect_success(decrypt(carol, before));
  expect_success(client.post("/api/v1/user/wechat", {{"code", "dev-carol.link-2"}}));
  expect_failure(decrypt(carol, before), errc::bad_encrypted_data);
  expect_success(decrypt(carol, encrypt_for(carol)));
}

TEST_F(WechatData, NeedsANewLoginWhenTheKeyIsGoneThatSealed) {
  const auto alice = log_in(server, "alice");
  const std::string data = encrypt_for(alice);
  server.execute_sql("UPDATE wechat_identities SET sealed_session_key = zeroblob(73)");
  expect_failure(decrypt(alice, data), errc::session_key_missing);
  expect_success(decrypt(alice, encrypt_for(log_in(server, "alice"))));
}

TEST_F(WechatData, IsForNobodyElse) {
  api_client stranger{server.port()};
  for (const char* const path : {"decrypt", "check-signature"})
    expect_failure(stranger.post(std::string{"/api/v1/wechat/"} + path, nlohmann::json::object()),
                   errc::unauthenticated);
  // A row that was moved to another user by somebody who can write to the database, but has no key.
  const auto alice = log_in(server, "alice");
  const auto bob = log_in(server, "bob");
  const std::string data = encrypt_for(alice);
  server.execute_sql("UPDATE wechat_identities SET sealed_session_key ="
                     " (SELECT sealed_session_key FROM wechat_identities WHERE user_id = " +
                     alice.user_id + ") WHERE user_id = " + bob.user_id);
  expect_failure(decrypt(bob, data), errc::session_key_missing);
  expect_success(decrypt(alice, data));
}

TEST_F(WechatData, IsCheckedAgainstItsSignature) {
  const auto alice = log_in(server, "alice");
  const std::string raw = "{\"nickName\":\"麻雀\\u0001 \x7f\"}";
  const std::string good = sign_raw_data(raw, session_key_of(alice));
  const auto reply = check(alice, raw, good);
  expect_success(reply);
  EXPECT_EQ(reply.data().at("valid"), true);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  for (const auto& [text, signature] :
       {std::pair{raw + " ", good}, std::pair{raw, std::string{}}, std::pair{raw, good + "0"},
        std::pair{raw, sign_raw_data(raw, iv)}}) {
    const auto refused = check(alice, text, signature);
    expect_success(refused);
    EXPECT_EQ(refused.data().at("valid"), false);
  }
}

TEST_F(WechatData, HasItsFieldsAndNoOthers_ASVS_2_2_1) {
  const auto alice = log_in(server, "alice");
  const std::string long_data(limits::encrypted_data_bytes + 1, 'A');
  for (const nlohmann::json& body :
       {nlohmann::json{{"iv", iv}}, nlohmann::json{{"encrypted_data", "AAAA"}},
        nlohmann::json{{"encrypted_data", 1}, {"iv", iv}},
        nlohmann::json{{"encrypted_data", long_data}, {"iv", iv}},
        nlohmann::json{{"encrypted_data", "AAAA"}, {"iv", std::string(65, 'A')}},
        nlohmann::json{{"encrypted_data", "AAAA"}, {"iv", iv}, {"session_key", "x"}}})
    expect_failure(post(alice, "decrypt", body), errc::invalid_field);
  for (const nlohmann::json& body :
       {nlohmann::json{{"raw_data", "{}"}}, nlohmann::json{{"signature", "00"}},
        nlohmann::json{{"raw_data", nullptr}, {"signature", "00"}},
        nlohmann::json{{"raw_data", std::string(limits::raw_data_bytes + 1, 'x')},
                       {"signature", "00"}}})
    expect_failure(post(alice, "check-signature", body), errc::invalid_field);
}

} // namespace maque::test

#include "security/access_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace maque::security {
namespace {

using nlohmann::json;
using test::now;
using ::testing::EndsWith;

// Every payload here is signed with the right key under the right header.
class TokenClaims : public ::testing::Test {
protected:
  result<access_claims> verify(const std::string& payload) {
    return codec.verify(test::sign_json(key, test::header_json(key), payload), now);
  }

  void expect_refusal(const std::string& payload, const std::string& why) {
    const auto verified = verify(payload);
    ASSERT_FALSE(verified) << payload;
    EXPECT_EQ(verified.error().code, errc::unauthenticated);
    EXPECT_THAT(verified.error().cause, EndsWith("access token: " + why)) << payload;
  }

  std::string with(const std::string& name, const json& value) const {
    json changed = claims;
    changed[name] = value;
    return changed.dump();
  }

  signing_key key = test::make_key();
  access_token_codec codec{key, test::issuer, test::audience};
  json claims{{"iss", test::issuer}, {"aud", test::audience}, {"sub", "12"},
              {"sid", "34"},         {"iat", 1795305600},     {"nbf", 1795305600},
              {"exp", 1795306500},   {"role", "operator"}};
};

TEST_F(TokenClaims, AreReadInAnyOrderAndSpacing) {
  for (const std::string& payload : {claims.dump(), claims.dump(2), " " + claims.dump() + "\n"}) {
    const auto read = verify(payload);
    ASSERT_TRUE(read) << read.error().cause;
    EXPECT_EQ(read->user, user_id{12});
    EXPECT_EQ(read->session, session_id{34});
    EXPECT_EQ(read->role, user_role::admin_operator);
    EXPECT_EQ(read->issued_at, now);
    EXPECT_EQ(read->expires_at, now + std::chrono::minutes{15});
  }
}

TEST_F(TokenClaims, AreAllRequired) {
  for (const auto& [name, value] : claims.items()) {
    json incomplete = claims;
    incomplete.erase(name);
    expect_refusal(incomplete.dump(), name + " is missing");
  }
  expect_refusal("{}", "iss is missing");
}

TEST_F(TokenClaims, AreRefusedTwice) {
  for (const auto& [name, value] : claims.items()) {
    const std::string again = json{{name, value}}.dump();
    expect_refusal(again.substr(0, again.size() - 1) + "," + claims.dump().substr(1),
                   name + " is there twice");
  }
}

TEST_F(TokenClaims, AreRefusedWithUnknownOnes) {
  for (const char* name : {"jti", "scope", "admin", "", "ISS", "iss ", "user_id"}) {
    expect_refusal(with(name, "x"), "there is an unknown claim");
  }
}

TEST_F(TokenClaims, AreRefusedInAnyOtherType) {
  const json others[] = {nullptr,
                         true,
                         -1,
                         1.5,
                         json::array(),
                         json::object(),
                         json::array({"maque-api"}),
                         json::object({{"a", 1}})};
  for (const auto& [name, value] : claims.items()) {
    for (const json& other : others) {
      expect_refusal(with(name, other), name + " is of the wrong type");
    }
    const json swapped = value.is_string() ? json(1795305600) : json("1795305600");
    expect_refusal(with(name, swapped), name + " is of the wrong type");
  }
}

TEST_F(TokenClaims, AreRefusedWithIdsThatAreNotCanonical) {
  for (const char* id : {"", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "x", "9223372036854775808",
                         "18446744073709551617"}) {
    expect_refusal(with("sub", id), "sub is no id");
    expect_refusal(with("sid", id), "sid is no id");
  }
}

TEST_F(TokenClaims, AreRefusedWithTimesThatAreNone) {
  for (const char* name : {"iat", "nbf", "exp"}) {
    for (const std::uint64_t time : {253'402'300'800ULL, 1ULL << 63, UINT64_MAX - 0ULL}) {
      expect_refusal(with(name, time), std::string{name} + " is no time");
    }
    // A number that JSON's grammar has, but no integer.
    std::string fraction = with(name, 0);
    const std::size_t at = fraction.find(std::string{name} + "\":0") + 5;
    for (const char* number : {"1795305600.0", "1.8e9", "1e400", "99999999999999999999", "-0"}) {
      const std::string payload = fraction.substr(0, at) + number + fraction.substr(at + 1);
      EXPECT_FALSE(verify(payload)) << payload;
    }
  }
}

TEST_F(TokenClaims, Asvs9_2_3_AreRefusedWithAnotherAudienceOrIssuer) {
  for (const char* other : {"", "maque", "MAQUE-API", "maque-api "}) {
    expect_refusal(with("aud", other), "aud is another");
    expect_refusal(with("iss", other), "iss is another");
  }
  expect_refusal(with("aud", std::string("maque-api\0", 10)), "aud is another");
}

TEST_F(TokenClaims, AreRefusedWithAnUnknownRole) {
  for (const char* role : {"", "admin", "User", "operator ", "root"}) {
    expect_refusal(with("role", role), "role is unknown");
  }
}

TEST_F(TokenClaims, AreRefusedIfTheyAreNoObject) {
  for (const char* payload : {"null", "true", "7", "-7", "1.5", "\"text\"", "[]", "[{}]"}) {
    expect_refusal(payload, "the payload is not an object");
  }
  const std::string valid = claims.dump();
  for (const std::string& payload :
       {std::string{}, std::string{"{"}, valid.substr(1), valid + "{}", valid + ",",
        valid.substr(0, valid.size() - 1), valid.substr(0, valid.size() - 1) + ",}", "/**/" + valid,
        valid + '\0', valid + '\0' + "{}", std::string{"{'iss':1}"}}) {
    EXPECT_FALSE(verify(payload)) << payload;
  }
}

// The shortcut for what we write ourselves must not accept what JSON doesn't.
TEST_F(TokenClaims, AreRefusedIfOurOwnFormIsChangedAnywhere) {
  const std::string token = codec.sign(test::make_claims());
  const std::size_t begin = token.find('.') + 1;
  const std::string written =
      decode_base64url(token.substr(begin, token.rfind('.') - begin)).value();
  ASSERT_TRUE(verify(written));

  for (std::size_t i = 0; i < written.size(); ++i) {
    for (const char c : {'"', ',', ':', '{', '}', '\\', '-', '.', 'e', '\0', '\x80'}) {
      std::string changed = written;
      changed[i] = c;
      if (changed == written) continue;
      EXPECT_FALSE(verify(changed)) << changed;
    }
    EXPECT_FALSE(verify(written.substr(0, i))) << i;
  }
  for (const auto& [from, to] : {std::pair{"\"iat\":", "\"iat\":0"},
                                 {"\"exp\":", "\"exp\":+"},
                                 {"\"sub\":\"", "\"sub\":\"0"},
                                 {"\"}", "\"} x"}}) {
    std::string changed = written;
    changed.replace(changed.find(from), std::string_view{from}.size(), to);
    EXPECT_FALSE(verify(changed)) << changed;
  }
}

// Whatever is accepted says the same to any JSON parser.
TEST_F(TokenClaims, MeanWhatJsonSaysTheyMean) {
  for (const char digit : {'1', '5', '9'}) {
    access_claims expected = test::make_claims();
    expected.user = user_id::parse(std::string(18, digit)).value();
    expected.session = session_id::parse(std::string(1, digit)).value();
    const std::string token = codec.sign(expected);
    const std::size_t begin = token.find('.') + 1;
    const json payload =
        json::parse(decode_base64url(token.substr(begin, token.rfind('.') - begin)).value());

    const auto written = codec.verify(token, now);
    const auto reordered = verify(payload.dump());
    ASSERT_TRUE(written && reordered);
    for (const auto& read : {*written, *reordered}) {
      EXPECT_EQ(to_string(read.user), payload.at("sub"));
      EXPECT_EQ(to_string(read.session), payload.at("sid"));
      EXPECT_EQ(to_string(read.role), payload.at("role"));
      EXPECT_EQ(to_unix_micros(read.issued_at), payload.at("iat").get<std::int64_t>() * 1'000'000);
      EXPECT_EQ(to_unix_micros(read.expires_at), payload.at("exp").get<std::int64_t>() * 1'000'000);
    }
  }
}

} // namespace
} // namespace maque::security

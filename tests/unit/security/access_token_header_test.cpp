#include "security/access_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>

#include <string>

namespace maque::security {
namespace {

using ::testing::HasSubstr;

// Every header here is signed with the right key and stands before a payload that is accepted.
class TokenHeaders : public ::testing::Test {
protected:
  std::string with_header(std::string_view encoded) const {
    return test::sign_parts(key, encoded, payload);
  }

  void expect_refusal(const std::string& json, const std::string& why) {
    const auto claims = codec.verify(with_header(encode_base64url(json)), test::now);
    ASSERT_FALSE(claims) << json;
    EXPECT_EQ(claims.error().code, errc::unauthenticated);
    EXPECT_THAT(claims.error().cause, HasSubstr(why)) << json;
  }

  // The right header with one more member in front.
  std::string with_member(const std::string& member) const {
    return "{" + member + "," + header.substr(1);
  }

  signing_key key = test::make_key();
  access_token_codec codec{key, test::issuer, test::audience};
  std::string header = test::header_json(key);
  std::string kid = R"("kid":")" + key.kid + "\"";
  std::string valid = codec.sign(test::make_claims());
  std::string payload = valid.substr(valid.find('.') + 1, valid.rfind('.') - valid.find('.') - 1);
};

TEST_F(TokenHeaders, AreAcceptedExactlyAsWeWriteThem) {
  EXPECT_TRUE(codec.verify(with_header(encode_base64url(header)), test::now));
}

TEST_F(TokenHeaders, Asvs9_1_2_AreRefusedWithTheAlgorithmNone) {
  for (int upper = 0; upper < 16; ++upper) { // none, None, nOne … NONE
    std::string none = "none";
    for (std::size_t i = 0; i < none.size(); ++i) {
      if ((upper >> i & 1) != 0) none[i] = static_cast<char>(none[i] - 'a' + 'A');
    }
    const std::string json = R"({"alg":")" + none + R"(","typ":"at+jwt",)" + kid + "}";
    expect_refusal(json, "alg is none");

    // As attackers send it: without a signature, or with any.
    for (const char* signature : {".", ".AA", ""}) {
      EXPECT_FALSE(codec.verify(encode_base64url(json) + "." + payload + signature, test::now));
    }
  }
}

TEST_F(TokenHeaders, Asvs9_1_2_AreRefusedWithAnyOtherAlgorithm) {
  for (const char* algorithm : {"HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256",
                                "Hs256", "HS256 ", " none", "none ", "", "dir", "A256GCM"}) {
    expect_refusal(R"({"alg":")" + std::string{algorithm} + R"(","typ":"at+jwt",)" + kid + "}",
                   "alg is not HS256");
  }
  for (const char* algorithm : {"null", "true", "256", R"(["HS256"])", R"({"a":"HS256"})"}) {
    expect_refusal(R"({"alg":)" + std::string{algorithm} + R"(,"typ":"at+jwt",)" + kid + "}",
                   "the header has no alg");
  }
  expect_refusal(R"({"typ":"at+jwt",)" + kid + "}", "the header has no alg");
  expect_refusal("{}", "the header has no alg");
}

TEST_F(TokenHeaders, Asvs9_1_3_AreRefusedIfTheyBringTheirOwnKey) {
  expect_refusal(with_member(R"("jku":"https://evil.example/keys")"), "the header has jku");
  expect_refusal(with_member(R"("x5u":"https://evil.example/cert")"), "the header has x5u");
  expect_refusal(with_member(R"("jwk":{"kty":"oct","k":"AAAA"})"), "the header has jwk");
  expect_refusal(with_member(R"("x5c":["AAAA"])"), "the header has x5c");
  expect_refusal(with_member(R"("crit":["exp"],"exp":1)"), "the header has crit");
}

TEST_F(TokenHeaders, Asvs9_2_2_AreRefusedWithAnotherType) {
  for (const char* type : {R"("JWT")", R"("AT+JWT")", R"("application/at+jwt")", R"("")", "1"}) {
    expect_refusal(R"({"alg":"HS256","typ":)" + std::string{type} + "," + kid + "}",
                   "typ is not at+jwt");
  }
  expect_refusal(R"({"alg":"HS256",)" + kid + "}", "typ is not at+jwt");
}

TEST_F(TokenHeaders, AreRefusedWithTheNameOfAnotherKey) {
  for (const char* other :
       {R"("other")", R"("")", "null", "7", R"("../../dev/null")", R"("' OR 1=1 --")"}) {
    expect_refusal(R"({"alg":"HS256","typ":"at+jwt","kid":)" + std::string{other} + "}",
                   "the key is not known");
  }
  expect_refusal(R"({"alg":"HS256","typ":"at+jwt"})", "the key is not known");
}

TEST_F(TokenHeaders, AreRefusedInAnyOtherSpelling) {
  const std::string same_meaning[] = {
      " " + header,
      header + "\n",
      R"({"typ":"at+jwt","alg":"HS256",)" + kid + "}",
      R"({"alg": "HS256","typ":"at+jwt",)" + kid + "}",
      R"({"\u0061lg":"HS256","typ":"at+jwt",)" + kid + "}",
      with_member(R"("alg":"none")"), // duplicates, of which some parsers take the first
      with_member(R"("kid":"other")"),
      with_member(R"("cty":"JWT")"),
      with_member(R"("b64":true)"),
  };
  for (const std::string& json : same_meaning) {
    expect_refusal(json, "the header is not written as this server writes it");
  }
}

TEST_F(TokenHeaders, AreRefusedIfTheyAreNoHeaders) {
  for (const std::string& json :
       {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"\"HS256\""},
        std::string{"{"}, header + "{}", header.substr(1), std::string(700, '['),
        std::string{"{\"alg\":\"\xFF\"}"}}) {
    expect_refusal(json, "the header is not a JSON object");
  }
  const std::string encoded = encode_base64url(header);
  for (const std::string& not_base64url :
       {encoded + "=", encoded + "A", " " + encoded, encoded.substr(1) + "+"}) {
    const auto claims = codec.verify(with_header(not_base64url), test::now);
    ASSERT_FALSE(claims);
    EXPECT_THAT(claims.error().cause, HasSubstr("access token: the header is not"));
  }
}

} // namespace
} // namespace maque::security

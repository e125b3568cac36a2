#include "security/password_hash.hpp"
#include "security/random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace maque::security {
namespace {

// Made by others than libsodium and OpenSSL's callers here, where there is one:
//   argon2 SALT -id -e -t T -k KIB -p P
//   mkpasswd -m bcrypt|bcrypt-a|scrypt -R COST   (package whois)
//   python3 -c 'import bcrypt; …hashpw(…)', with "2b" replaced by "2y": the same algorithm
//   python3 -c 'import hashlib; …pbkdf2_hmac(…), …scrypt(…)'
//   passlib: pbkdf2_sha256, pbkdf2_sha512, scrypt, django_pbkdf2_sha256
// All of "correct horse", unless something else is said.
constexpr const char* password = "correct horse";

struct vector {
  const char* stored;
  std::uint64_t memory_kib; // 0: next to none
};

constexpr vector vectors[] = {
    {"$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I", 1024},
    {"$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$SUphafZK71NN1eUOgLaSt7CagLKKXyGfDpBWTWu/IZs",
     65536},
    {"$2a$05$uana/jf5WUWwhykWfCZwHeeUWYdLMCW.txbGSg38g9sYOang3Psb2", 0},
    {"$2b$05$jGBoufiJFMtEYGkj4DmsNuFvpZLoMgDT9Nay7rcdKwlorzdYvQBWS", 0},
    {"$2y$04$iYyoWxycoVOq8r8jvScp8.jI9udt7xmb9Ke3gRnx5Jgfge6LNvFAC", 0},
    {"$scrypt$ln=10,r=8,p=2$//vvc2FsdCBvZiAxNiBi$ZTXWMqVt/0nmGjON7wzNO35LpxNq7obGH5NW8j3Q1Co",
     1024 + 2},
    {"$scrypt$ln=10,r=8,p=2$cw5BqDWm1JpzLuVcKyXEOA$HxjgAYa/ZASNAM8giW/eZQ235ctG36FuxhNb54PTn6A",
     1024 + 2},
    {"$7$BU..../....Dmn47COerGKCmO26z4XEy0$DRa56/JpJrNWGQWpogwLk26b6FbLqlvViFpv6sGIg12", 32768 + 4},
    {"$pbkdf2-sha256$1000$//vvc2FsdCBvZiAxNiBi$oNe.OyeTWbzhOcsCh7YTYc5Av8HSbiauGWvzU5pe6F0", 0},
    {"$pbkdf2-sha256$i=1000$//vvc2FsdCBvZiAxNiBi$oNe+OyeTWbzhOcsCh7YTYc5Av8HSbiauGWvzU5pe6F0", 0},
    {"$pbkdf2-sha256$i=1000,l=32$//vvc2FsdCBvZiAxNiBi$oNe+OyeTWbzhOcsCh7YTYc5Av8HSbiauGWvzU5pe6F0",
     0},
    {"$pbkdf2-sha512$1000$//vvc2FsdCBvZiAxNiBi$"
     "7t7Aid7esjqHEoBCsUrkNV16XyRRuicQhg/S5baJwO4rkvIqjsoOSsdLIu2yudmrWfz.lOF4/JKTJwt1eEAl.Q",
     0},
    {"$pbkdf2-sha512$1000$//vvc2FsdC1vZi0xNi1i$"
     "bmhWdsFaJVm7msvjwrfOHgAyenzjm.CxPKGlVHsrn89lcD8WtTy7IvVKCy9vLR3Dbpk4x7iWqkLou8vVZSyMig",
     0},
    {"$pbkdf2-sha512$i=1000,l=64$//vvc2FsdCBvZiAxNiBi$"
     "7t7Aid7esjqHEoBCsUrkNV16XyRRuicQhg/S5baJwO4rkvIqjsoOSsdLIu2yudmrWfz+lOF4/JKTJwt1eEAl+Q",
     0},
    {"pbkdf2_sha256$1000$plain salt$PYihVHNJx82dqhmVUmh0mI6RR5oiEeei9CGcSb1SLDg=", 0},
    {"pbkdf2_sha512$1000$plain salt$"
     "qkMhtRFUJDuL0LtSvDJSWDE375QtCb2vK2eT4Gc3G/jw/BgYIPxWvHmSeoR8HdKvCv7pENGaFM5gNYg4iMX9iQ==",
     0},
};

password_verdict verdict_of(const std::string& text, std::string_view stored,
                            password_parameters parameters = {}) {
  return verify_password(secret{text}, stored, parameters);
}

TEST(StoredPasswords, OfOtherMakersMatchAndAreOutdated) {
  for (const auto& [stored, memory_kib] : vectors) {
    const auto right = verdict_of(password, stored);
    EXPECT_TRUE(right.matches) << stored;
    EXPECT_EQ(right.cause, "") << stored;
    // Its two passes do not make up for it, but this one has the memory.
    EXPECT_EQ(right.is_outdated, memory_kib != 65536) << stored;
    EXPECT_TRUE(is_importable(stored)) << stored;
    EXPECT_EQ(memory_to_verify(stored) / 1024, memory_kib == 0 ? 64 : memory_kib) << stored;
  }
}

TEST(StoredPasswords, Asvs6_2_8_MatchNoOtherPassword) {
  for (const vector& each : vectors) {
    for (const std::string& wrong :
         {std::string{}, std::string{"correct hors"}, std::string{"correct horse "},
          std::string{"Correct horse"}, std::string{"correct horse\0", 14}}) {
      const auto verdict = verdict_of(wrong, each.stored);
      EXPECT_FALSE(verdict.matches) << each.stored << " " << wrong;
      EXPECT_EQ(verdict.cause, "");
    }
  }
}

TEST(StoredPasswords, OfUtf8Match) {
  const std::string birds = "麻雀虽小五脏";
  for (const char* const stored :
       {"$2b$04$VbQUEIJIyenDuif7GXulvOQNJO2tNtp9LA9qV8FFhz9OYpszBeI.K",
        "$scrypt$ln=4,r=1,p=1$//vvc2FsdCBvZiAxNiBi$"
        "605vYPb5f+SUFjT6d7LDIAmxiGcEVWlZQM5FbpqD6Y/sr1aKJEzbhXs+Mk42vdoexrDhFL0Pa+vQo/Qm298Z6A"})
    EXPECT_TRUE(verdict_of(birds, stored).matches);
}

TEST(StoredPasswords, OfBcryptAreOfTheFirst72Bytes) {
  const char* const of_80_a = "$2b$05$joS7IsNvuuXS9Ze8zlLoWeeJ6B5Ro8fem5Z1vDcGOqZmB2HVVoEIm";
  for (const std::size_t length : {72U, 73U, 80U, 1000U})
    EXPECT_TRUE(verdict_of(std::string(length, 'a'), of_80_a).matches) << length;
  EXPECT_FALSE(verdict_of(std::string(71, 'a'), of_80_a).matches);
  EXPECT_FALSE(verdict_of(std::string(71, 'a') + "b", of_80_a).matches);
}

// Every character of the salt and of the digest counts: with another one it is another hash, or
// none. But for four bits of bcrypt's salt, which not all who make such hashes leave empty.
TEST(StoredPasswords, ThatWereChangedDoNotMatch) {
  for (const vector& each : vectors) {
    const std::string stored = each.stored;
    const std::size_t salt_at = stored.rfind('$', stored.rfind('$') - 1) + 1;
    const std::size_t step = each.memory_kib > 4096 ? 16 : 3;
    for (std::size_t i = stored.starts_with("$2") ? 7 : salt_at; i < stored.size(); i += step) {
      if (stored.starts_with("$7$") && i < 14) continue; // The costs.
      if (stored.starts_with("$2") && i == 28) continue;
      std::string changed = stored;
      changed[i] = stored[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(verdict_of(password, changed).matches) << changed;
    }
  }
}

TEST(StoredPasswords, ThatWereCutOrGrewDoNotMatch) {
  for (const vector& each : vectors) {
    const std::string stored = each.stored;
    for (std::size_t cut = 1; cut <= stored.size(); cut += 1 + cut / 2) {
      const std::string_view rest = std::string_view{stored}.substr(0, stored.size() - cut);
      EXPECT_FALSE(verdict_of(password, rest).matches) << rest;
    }
    for (const std::string& more : {std::string{"A"}, std::string{"="}, std::string{"$"},
                                    std::string{" "}, std::string{"\n"}, std::string{"\0", 1}}) {
      const auto verdict = verdict_of(password, stored + more);
      EXPECT_FALSE(verdict.matches) << stored << more;
    }
  }
}

struct bad_hash {
  const char* stored;
  const char* cause;
};

#define SALT_AND_DIGEST "$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I"
#define BCRYPT_REST "uana/jf5WUWwhykWfCZwHeeUWYdLMCW.txbGSg38g9sYOang3Psb2"
#define CRYPT_REST "salt$DRa56/JpJrNWGQWpogwLk26b6FbLqlvViFpv6sGIg12"

constexpr bad_hash too_costly[] = {
    {"$argon2id$v=19$m=262145,t=1,p=1" SALT_AND_DIGEST, "argon2id: costs more than is allowed"},
    {"$argon2id$v=19$m=4294967295,t=1,p=1" SALT_AND_DIGEST, "argon2id: costs more than is allowed"},
    {"$argon2id$v=19$m=1024,t=17,p=1" SALT_AND_DIGEST, "argon2id: costs more than is allowed"},
    {"$argon2id$v=19$m=1024,t=1,p=17" SALT_AND_DIGEST, "argon2id: costs more than is allowed"},
    {"$2b$15$" BCRYPT_REST, "bcrypt: costs more than is allowed"},
    {"$2b$31$" BCRYPT_REST, "bcrypt: costs more than is allowed"},
    {"$scrypt$ln=18,r=8,p=1" SALT_AND_DIGEST, "scrypt: needs more memory than is allowed"},
    {"$scrypt$ln=31,r=8,p=1" SALT_AND_DIGEST, "scrypt: needs more memory than is allowed"},
    {"$scrypt$ln=63,r=4,p=1" SALT_AND_DIGEST, "scrypt: needs more memory than is allowed"},
    {"$scrypt$ln=4294967295,r=4294967295,p=1" SALT_AND_DIGEST,
     "scrypt: needs more memory than is allowed"},
    {"$scrypt$ln=1,r=4294967295,p=4294967295" SALT_AND_DIGEST,
     "scrypt: needs more memory than is allowed"},
    {"$scrypt$ln=16,r=8,p=17" SALT_AND_DIGEST, "scrypt: costs more than is allowed"},
    {"$7$FU..../...." CRYPT_REST, "scrypt: needs more memory than is allowed"},
    {"$7$zzzzzzzzzzz" CRYPT_REST, "scrypt: needs more memory than is allowed"},
    {"$pbkdf2-sha256$3000001" SALT_AND_DIGEST, "PBKDF2: costs more than is allowed"},
    {"$pbkdf2-sha256$i=4294967295" SALT_AND_DIGEST, "PBKDF2: costs more than is allowed"},
    {"pbkdf2_sha256$3000001$salt$PYihVHNJx82dqhmVUmh0mI6RR5oiEeei9CGcSb1SLDg=",
     "PBKDF2: costs more than is allowed"},
};

constexpr bad_hash not_understood[] = {
    {"", "an unknown kind of password hash"},
    {"correct horse", "an unknown kind of password hash"},
    {"$", "an unknown kind of password hash"},
    {"$1$salt$qJH7.N4xYta3aEG/dfqo/0", "an unknown kind of password hash"},
    {"$argon2i$v=19$m=1024,t=3,p=1" SALT_AND_DIGEST, "an unknown kind of password hash"},
    {"$2x$05$" BCRYPT_REST, "an unknown kind of password hash"},
    {"$2$05$" BCRYPT_REST, "an unknown kind of password hash"},
    {"$argon2id$v=16$m=1024,t=3,p=1" SALT_AND_DIGEST, "argon2id: not of version 19"},
    {"$argon2id$m=1024,t=3,p=1" SALT_AND_DIGEST, "argon2id: not of version 19"},
    {"$argon2id$v=19$t=3,m=1024,p=1" SALT_AND_DIGEST, "argon2id: unreadable parameters"},
    {"$argon2id$v=19$m=1024,t=3" SALT_AND_DIGEST, "argon2id: unreadable parameters"},
    {"$argon2id$v=19$m=01024,t=3,p=1" SALT_AND_DIGEST, "argon2id: unreadable parameters"},
    {"$argon2id$v=19$m=-1,t=3,p=1" SALT_AND_DIGEST, "argon2id: unreadable parameters"},
    {"$argon2id$v=19$m=4294967296,t=3,p=1" SALT_AND_DIGEST, "argon2id: unreadable parameters"},
    {"$argon2id$v=19$m=1024,t=0,p=1" SALT_AND_DIGEST, "argon2id: parameters out of their range"},
    {"$argon2id$v=19$m=1024,t=1,p=0" SALT_AND_DIGEST, "argon2id: parameters out of their range"},
    {"$argon2id$v=19$m=7,t=1,p=1" SALT_AND_DIGEST, "argon2id: parameters out of their range"},
    {"$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbA$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I",
     "argon2id: unreadable salt or digest"},
    {"$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kc",
     "argon2id: unreadable salt or digest"},
    {"$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$", "argon2id: unreadable salt or digest"},
    {"$2b$5$" BCRYPT_REST, "bcrypt: unreadable"},
    {"$2b$03$" BCRYPT_REST, "bcrypt: unreadable cost"},
    {"$2b$x5$" BCRYPT_REST, "bcrypt: unreadable cost"},
    {"$2b$05$" BCRYPT_REST "A", "bcrypt: unreadable"},
    {"$2b$05$!ana/jf5WUWwhykWfCZwHeeUWYdLMCW.txbGSg38g9sYOang3Psb2", "bcrypt: unreadable"},
    {"$scrypt$ln=0,r=8,p=1" SALT_AND_DIGEST, "scrypt: parameters out of their range"},
    {"$scrypt$ln=16,r=1,p=1" SALT_AND_DIGEST, "scrypt: parameters out of their range"},
    {"$scrypt$ln=4,r=0,p=1" SALT_AND_DIGEST, "scrypt: parameters out of their range"},
    {"$scrypt$ln=4,r=1,p=1$c29tZXNhbHQ$c29tZXNhbHQ", "scrypt: unreadable salt or digest"},
    {"$7$BU..../$DRa56/JpJrNWGQWpogwLk26b6FbLqlvViFpv6sGIg12", "scrypt of crypt(3): unreadable"},
    {"$pbkdf2-sha256$0" SALT_AND_DIGEST, "PBKDF2: unreadable number of rounds"},
    {"$pbkdf2-sha256$i=1000,l=20" SALT_AND_DIGEST, "PBKDF2: unreadable number of rounds"},
    {"$pbkdf2-sha256$1000$salt$c29tZXNhbHQ", "PBKDF2: unreadable salt or digest"},
    {"pbkdf2_sha256$1000$salt$PYihVHNJx82dqhmVUmh0mI6RR5oiEeei9CGcSb1SLDg",
     "PBKDF2: unreadable salt or digest"},
};

#undef SALT_AND_DIGEST
#undef BCRYPT_REST
#undef CRYPT_REST

template <std::size_t N>
void expect_unusable(const bad_hash (&table)[N]) {
  for (const auto& [stored, cause] : table) {
    const auto verdict = verdict_of(password, stored);
    EXPECT_FALSE(verdict.matches) << stored;
    EXPECT_EQ(verdict.cause, cause) << stored;
    EXPECT_FALSE(is_importable(stored)) << stored;
    EXPECT_EQ(memory_to_verify(stored), 0U) << stored;
  }
}

TEST(StoredPasswords, ThatCostTooMuchAreNotRun) {
  expect_unusable(too_costly);
}

TEST(StoredPasswords, ThatAreNotUnderstoodMatchNothing) {
  expect_unusable(not_understood);
}

TEST(StoredPasswords, AreNotQuotedInTheCause) {
  for (const char* const stored : {"hunter2hunter2", "$2b$hunter2", "$argon2id$v=hunter2"})
    EXPECT_EQ(verdict_of(password, stored).cause.find("hunter2"), std::string::npos);
}

TEST(StoredPasswords, MayCostAsMuchAsIsAllowed) {
  for (const char* const stored :
       {"$argon2id$v=19$m=262144,t=16,p=16$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I",
        "$2b$14$uana/jf5WUWwhykWfCZwHeeUWYdLMCW.txbGSg38g9sYOang3Psb2",
        "$scrypt$ln=17,r=8,p=4$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I",
        "$pbkdf2-sha256$3000000$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I"})
    EXPECT_TRUE(is_importable(stored)) << stored;
}

class NewPasswordHashes : public testing::Test {
protected:
  NewPasswordHashes() { initialize(); }
};

TEST_F(NewPasswordHashes, Asvs11_4_2_AreArgon2idWith46MebibytesAndOnePass) {
  const std::string stored = hash_password(secret{password}, {});
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=47104,t=1,p=1$")) << stored;
  const auto verdict = verdict_of(password, stored);
  EXPECT_TRUE(verdict.matches);
  EXPECT_FALSE(verdict.is_outdated);
  EXPECT_EQ(verdict.cause, "");
  EXPECT_EQ(memory_to_verify(stored), 46U * 1024 * 1024);
  EXPECT_NE(hash_password(secret{password}, {}), stored);
}

TEST_F(NewPasswordHashes, Asvs6_2_8_AreOfTheWholePassword) {
  std::string text = std::string(1024, 'a');
  text[500] = '\0';
  const std::string stored = hash_password(secret{text}, {});
  EXPECT_TRUE(verdict_of(text, stored).matches);
  for (const std::size_t at : {0U, 72U, 501U, 1023U}) {
    std::string other = text;
    other[at] = 'A';
    EXPECT_FALSE(verdict_of(other, stored).matches) << at;
  }
}

TEST_F(NewPasswordHashes, AreOutdatedWhenTheParametersHaveRisen) {
  const std::string stored = hash_password(secret{password}, {48, 2});
  const std::pair<password_parameters, bool> table[] = {
      {{48, 2}, false}, {{46, 1}, false}, {{49, 2}, true}, {{48, 3}, true}, {{46, 3}, true}};
  for (const auto& [parameters, expected] : table) {
    const auto verdict = verdict_of(password, stored, parameters);
    EXPECT_TRUE(verdict.matches);
    EXPECT_EQ(verdict.is_outdated, expected) << parameters.memory_mib << " " << parameters.passes;
  }
}

TEST_F(NewPasswordHashes, Asvs6_3_8_OfNobodyLookLikeOthersAndMatchNothing) {
  for (const password_parameters parameters : {password_parameters{}, password_parameters{47, 3}}) {
    const std::string dummy = make_dummy_hash(parameters);
    const std::string real = hash_password(secret{password}, parameters);
    EXPECT_EQ(dummy.size(), real.size());
    EXPECT_EQ(dummy.substr(0, dummy.find("p=1$")), real.substr(0, real.find("p=1$")));
    EXPECT_EQ(memory_to_verify(dummy), memory_to_verify(real));
    const auto verdict = verdict_of(password, dummy, parameters);
    EXPECT_FALSE(verdict.matches);
    EXPECT_FALSE(verdict.is_outdated);
    EXPECT_EQ(verdict.cause, "");
    EXPECT_NE(make_dummy_hash(parameters), dummy);
  }
}

} // namespace
} // namespace maque::security

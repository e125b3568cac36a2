#include "fake_wechat.hpp"
#include "maque_program.hpp"
#include "support/wechat_cipher.hpp"

#include <gmock/gmock.h>

namespace maque::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Every file in a folder and below, one after the other.
std::string all_bytes_in(const fs::path& folder) {
  std::string bytes;
  for (const auto& entry : fs::recursive_directory_iterator{folder})
    if (entry.is_regular_file()) bytes += read_file(entry.path());
  return bytes;
}

// OWASP ASVS 5.0, 13.3.1 and 16.2.5: not in the database, its log, a backup, an export, the log; in
// no form.
TEST(SessionKey, IsInNoFileAndNoReplyInClear) {
  const std::string session_key = "tiihtNczf5v6AKRyjwEUhQ==";
  const std::string iv = "r7BXXKkLb8qrSNn05n0qiA==";
  const std::string plain = R"({"phoneNumber":"13580006666","watermark":{"appid":"wx123"}})";
  const temporary_folder folder;
  const fake_wechat wechat{session_key};
  std::string replies;
  const std::vector<std::string> settings{"--wechat.appid=wx123",
                                          "--wechat.base_url=" + wechat.url(),
                                          "--log.file=maque.log", "--log.level=trace"};
  const std::map<std::string, std::string> environment{{"MAQUE_WECHAT_APP_SECRET", "app-secret"}};
  {
    running_maque server{folder.path(), settings, environment};
    const login who = log_in(server.port(), "code-1");
    const auto post = [&](const std::string& path, const json& body) {
      const auto reply = server.ask({"POST", path, who.access_token, body.dump()});
      replies += reply.body;
      return reply;
    };
    const std::string data = encrypt_user_data(plain, session_key, iv);
    const auto decrypted = post("/api/v1/wechat/decrypt", {{"encrypted_data", data}, {"iv", iv}});
    ASSERT_EQ(decrypted.status, 200) << decrypted.body;
    EXPECT_EQ(decrypted.json().at("data"), json::parse(plain));
    EXPECT_EQ(post("/api/v1/wechat/decrypt", {{"encrypted_data", data}, {"iv", data}}).status, 400);
    const auto checked =
        post("/api/v1/wechat/check-signature",
             {{"raw_data", "{}"}, {"signature", sign_raw_data("{}", session_key)}});
    EXPECT_EQ(checked.json().at("data"), json::parse(R"({"valid":true})"));

    // While the database's own log is there.
    replies += all_bytes_in(folder.path());
    EXPECT_EQ(server.stop(), 0);
  }
  for (const char* const command : {"export", "backup"})
    ASSERT_EQ(run(maque_in(folder.path(), {command, std::string{command} + ".out"})).status.code,
              0);
  const std::string everything = replies + all_bytes_in(folder.path());
  EXPECT_THAT(everything, HasSubstr("\"sealed_session_key\":\"01"));
  EXPECT_THAT(everything, HasSubstr("13580006666")); // The replies are among it.
  const std::string raw = from_base64(session_key);
  for (const std::string& form :
       {session_key, session_key.substr(0, 22), raw,
        std::string{"b628a1b4d7337f9bfa00a4728f011485"}, std::string{"746969"} + "68744e637a"})
    EXPECT_THAT(everything, Not(HasSubstr(form)));
}

} // namespace
} // namespace maque::test

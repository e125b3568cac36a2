#include "actors/session_keys.hpp"
#include "actors/wechat_data.hpp"
#include "scripted_actor.hpp"
#include "security/key_ring.hpp"
#include "security/sealed.hpp"
#include "support/wechat_cipher.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;
using std::chrono::hours;

constexpr user_id alice{7};
const std::string appid = "wx1";
const std::string session_key = "tiihtNczf5v6AKRyjwEUhQ==";
const std::string iv = "r7BXXKkLb8qrSNn05n0qiA==";
const std::string plain = R"({"phoneNumber":"13580006666","watermark":{"appid":"wx1"}})";

security::timed_key key_of(char fill, utc_time signs_from = utc_time::min()) {
  return {.key = security::derive_signing_key(secret{std::string(32, fill)}).value(),
          .signs_from = signs_from};
}

security::shared_key_ring ring_of(std::vector<security::timed_key> keys) {
  return std::make_shared<const security::key_ring>(std::move(keys));
}

std::shared_ptr<const security::sealing_keys> sealing_with(const std::string& fills) {
  security::sealing_keys made;
  for (const char fill : fills)
    made.all.push_back(security::derive_sealing_key(secret{std::string(32, fill)}).value());
  return std::make_shared<const security::sealing_keys>(std::move(made));
}

/// One lane with a real actor; its database is scripted.
class WechatDataActor : public testing::Test {
protected:
  WechatDataActor() {
    context.database = database.handle();
    context.keys = ring_of({key_of('a')});
    context.sealing_keys = sealing_with("");
    world.run();
  }

  /// As the database has it, sealed with the keys of now.
  stored_session_key stored(const std::string& key = session_key) {
    return {"openid", seal_session_key(context, code_exchanged{appid, "openid", {}, secret{key}})};
  }

  pending_reply<user_data_decrypted> decrypt(const std::string& data) {
    return world.ask<user_data_decrypted>(
        actor, in_time(), decrypt_user_data{alice, appid, secret{data}, secret{iv}});
  }

  pending_reply<user_data_checked> check(const std::string& raw, const std::string& signature) {
    return world.ask<user_data_checked>(
        actor, in_time(), check_user_data{alice, appid, secret{raw}, secret{signature}});
  }

  /// Whether a key that was sealed before can be used with the keys of now.
  bool opens(const stored_session_key& sealed) {
    auto decrypted = decrypt(encrypt_user_data(plain, session_key, iv));
    database.serve<find_session_key>(std::optional{sealed});
    const auto outcome = outcome_of(decrypted);
    if (outcome) return true;
    EXPECT_EQ(outcome.error().code, errc::session_key_missing);
    return false;
  }

  actor_world world;
  lane_context& context = world.context();
  scripted_database database{world};
  wechat_data_actor actor =
      world.spawn<wechat_data_actor, wechat_data_state>(0, world.add_meter(), std::ref(context));
};

} // namespace

TEST_F(WechatDataActor, DecryptsWithTheKeyOfTheUser) {
  auto decrypted = decrypt(encrypt_user_data(plain, session_key, iv));
  const auto wanted = database.serve<find_session_key>(std::optional{stored()});
  EXPECT_EQ(wanted.user, alice);
  EXPECT_EQ(wanted.appid, appid);
  EXPECT_EQ(value_of(decrypted).json.reveal(), plain);
}

TEST_F(WechatDataActor, RefusesWhatIsNotTheUsersOrNotOurs) {
  const std::string other = R"({"watermark":{"appid":"wx2"}})";
  for (const std::string& data :
       {std::string{}, std::string{"?"}, encrypt_user_data(other, session_key, iv),
        encrypt_user_data(plain, "HyVFkGl5F5OQWJZZaNzBBg==", iv)}) {
    auto decrypted = decrypt(data);
    database.serve<find_session_key>(std::optional{stored()});
    EXPECT_EQ(code_of(decrypted), errc::bad_encrypted_data);
  }
}

TEST_F(WechatDataActor, ChecksSignatures) {
  const std::string good = sign_raw_data("{}", session_key);
  for (const auto& [raw, valid] : {std::pair{"{}", true}, std::pair{"{ }", false}}) {
    auto checked = check(raw, good);
    database.serve<find_session_key>(std::optional{stored()});
    EXPECT_EQ(value_of(checked).valid, valid) << raw;
  }
}

TEST_F(WechatDataActor, SaysThatThereIsNoKey) {
  auto decrypted = decrypt(encrypt_user_data(plain, session_key, iv));
  database.serve<find_session_key>(std::optional<stored_session_key>{});
  EXPECT_EQ(code_of(decrypted), errc::session_key_missing);

  auto checked = check("{}", sign_raw_data("{}", session_key));
  database.serve<find_session_key>(std::optional<stored_session_key>{});
  EXPECT_EQ(code_of(checked), errc::session_key_missing);
}

TEST_F(WechatDataActor, TakesNoKeyOfAnotherRow) {
  stored_session_key moved = stored();
  moved.openid = "another";
  EXPECT_FALSE(opens(moved));
}

TEST_F(WechatDataActor, FailsWithItsDatabase) {
  auto decrypted = decrypt(encrypt_user_data(plain, session_key, iv));
  database.fail(database.await<find_session_key>(), errc::database_unavailable);
  EXPECT_EQ(code_of(decrypted), errc::database_unavailable);
}

// Keys -------------------------------------------------------------------------------------------

TEST_F(WechatDataActor, OpensWithEachKeyOfTheRingAndSealsWithTheOneThatSigns) {
  const stored_session_key before = stored();
  const utc_time now = world.clock.now();
  world.on_lane(0, [&](lane_context& lane) {
    lane.keys = ring_of({key_of('a'), key_of('b', now - hours{1}), key_of('c', now + hours{1})});
  });
  const stored_session_key after = stored();
  EXPECT_TRUE(opens(before));
  EXPECT_TRUE(opens(after));
  world.on_lane(0, [](lane_context& lane) { lane.keys = ring_of({key_of('b')}); });
  EXPECT_FALSE(opens(before));
  EXPECT_TRUE(opens(after));
}

TEST_F(WechatDataActor, PrefersConfiguredKeysAndOpensWithAllOfThem) {
  const stored_session_key of_ring = stored();
  world.on_lane(0, [](lane_context& lane) { lane.sealing_keys = sealing_with("x"); });
  const stored_session_key of_x = stored();
  EXPECT_TRUE(opens(of_ring));
  EXPECT_TRUE(opens(of_x));
  world.on_lane(0, [](lane_context& lane) { lane.sealing_keys = sealing_with("yx"); });
  const stored_session_key of_y = stored();
  EXPECT_TRUE(opens(of_ring));
  EXPECT_TRUE(opens(of_x));
  EXPECT_TRUE(opens(of_y));
  world.on_lane(0, [](lane_context& lane) {
    lane.keys = ring_of({key_of('b')});
    lane.sealing_keys = sealing_with("y");
  });
  EXPECT_FALSE(opens(of_ring));
  EXPECT_FALSE(opens(of_x));
  EXPECT_TRUE(opens(of_y));
}

} // namespace maque

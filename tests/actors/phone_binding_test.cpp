#include "actors/wechat_data.hpp"
#include "scripted_actor.hpp"

#include <gmock/gmock.h>

namespace maque {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

const phone_number told{"+447700900123", "7700900123", "44"};

/// One lane with a real actor; WeChat and the database are scripted.
class PhoneBinding : public testing::Test {
protected:
  PhoneBinding() {
    context.database = database.handle();
    context.wechat = wechat.handle();
    world.run();
  }

  /// What the user's identity of the mini-program is answered with, if he has one.
  void identify(const std::optional<stored_session_key>& identity = stored_session_key{
                    "openid-of-7", {1}}) {
    const auto wanted = database.serve<find_session_key>(identity);
    EXPECT_EQ(wanted.user, user_id{7});
    EXPECT_EQ(wanted.appid, "wx2");
  }

  pending_reply<bound_phone> bind() {
    return world.ask<bound_phone>(actor, in_time(),
                                  bind_own_phone{{7}, {70}, "wx2", "code-of-button"});
  }

  actor_world world;
  lane_context& context = world.context();
  scripted_database database{world};
  scripted_wechat wechat{world};
  wechat_data_actor actor =
      world.spawn<wechat_data_actor, wechat_data_state>(0, world.add_meter(), std::ref(context));
};

} // namespace

TEST_F(PhoneBinding, KeepsWhatWechatTells) {
  auto bound = bind();
  identify();
  const auto wanted = wechat.serve<find_phone_number>(told);
  EXPECT_EQ(wanted.appid, "wx2");
  EXPECT_EQ(wanted.code, "code-of-button");
  EXPECT_EQ(wanted.openid, "openid-of-7");
  const auto kept = database.await<bind_phone_number>();
  EXPECT_EQ(kept.request.user, user_id{7});
  EXPECT_EQ(kept.request.appid, "wx2");
  EXPECT_EQ(kept.request.phone, told);
  EXPECT_EQ(kept.request.at, world.clock.now());
  EXPECT_FALSE(has_come(bound)) << "it isn't on disk yet";
  const bound_phone stored{{7}, "wx2", told, world.clock.now()};
  database.answer(kept, stored);
  EXPECT_EQ(value_of(bound), stored);
}

TEST_F(PhoneBinding, IsLoggedWithoutTheNumber_ASVS_16_2_5) {
  auto bound = bind();
  identify();
  wechat.serve<find_phone_number>(told);
  database.serve<bind_phone_number>(bound_phone{{7}, "wx2", told, world.clock.now()});
  value_of(bound);
  const std::string log = world.logged();
  EXPECT_THAT(log, HasSubstr(R"("event":"phone_bound")"));
  EXPECT_THAT(log, HasSubstr(R"("user_id":"7")"));
  EXPECT_THAT(log, HasSubstr(R"("session_id":"70")"));
  EXPECT_THAT(log, Not(HasSubstr("7700900123")));
  EXPECT_THAT(log, Not(HasSubstr("code-of-button")));
}

TEST_F(PhoneBinding, TakesAnyNumberOfWhoHasNoIdentityThere) {
  auto bound = bind();
  identify(std::nullopt);
  EXPECT_EQ(wechat.serve<find_phone_number>(told).openid, "");
  database.serve<bind_phone_number>(bound_phone{{7}, "wx2", told, world.clock.now()});
  EXPECT_EQ(value_of(bound).user, user_id{7});
}

TEST_F(PhoneBinding, KeepsNothingWhenWechatRefuses) {
  auto bound = bind();
  identify();
  wechat.fail(wechat.await<find_phone_number>(), errc::invalid_code);
  EXPECT_EQ(code_of(bound), errc::invalid_code);
  EXPECT_EQ(database.count<bind_phone_number>(), 0U);
  EXPECT_THAT(world.logged(), Not(HasSubstr("phone_bound")));
}

TEST_F(PhoneBinding, FailsWithItsDatabase) {
  auto bound = bind();
  identify();
  wechat.serve<find_phone_number>(told);
  database.fail(database.await<bind_phone_number>(), errc::database_unavailable);
  EXPECT_EQ(code_of(bound), errc::database_unavailable);
  EXPECT_THAT(world.logged(), Not(HasSubstr("phone_bound")));
}

} // namespace maque

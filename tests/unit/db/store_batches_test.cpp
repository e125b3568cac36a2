#include "domain/limits.hpp"
#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using ::testing::IsEmpty;

class WriteBatches : public store_test {};
INSTANTIATE_TEST_SUITE_P(Engines, WriteBatches, engines(), name_of);

TEST_P(WriteBatches, OfNothingDoNothing) {
  EXPECT_THAT(writer->apply({}), IsEmpty());
}

TEST_P(WriteBatches, AnswerEachRequestInItsPlaceAndLetNoBadOneHarmTheOthers) {
  admit(1, 10);
  const std::string too_long(100'000, 'x');
  const std::vector<write_request> requests{
      make_admission("good", 2, 20),
      make_admission("session taken", 3, 10),
      make_rename(1, "renamed"),
      make_rename(404, "nobody"),
      make_rename(1, too_long),
      rotate_refresh{.id = {10}, .user = {1}, .from = 5, .at = noon},
      rotate_refresh{.id = {10}, .user = {1}, .from = 0, .at = noon},
      set_config_value{too_long, "1", noon},
      set_config_value{"key", "1", noon},
      end_sessions{.user = {2}, .current = {20}, .scope = logout_scope::all, .at = noon},
  };
  const auto outcomes = writer->apply(requests);
  ASSERT_EQ(outcomes.size(), requests.size());
  EXPECT_EQ(std::get<user_admitted>(value_of(outcomes[0])).who.id, user_id{2});
  EXPECT_EQ(code_of(outcomes[1]), errc::internal);
  EXPECT_EQ(std::get<user>(value_of(outcomes[2])).nickname, "renamed");
  EXPECT_EQ(code_of(outcomes[3]), errc::user_not_found);
  EXPECT_EQ(code_of(outcomes[4]), errc::internal);
  EXPECT_EQ(code_of(outcomes[5]), errc::conflict);
  EXPECT_EQ(std::get<session>(value_of(outcomes[6])).refresh_counter, 1U);
  EXPECT_EQ(code_of(outcomes[7]), errc::internal);
  EXPECT_EQ(std::get<std::uint64_t>(value_of(outcomes[8])), 1U);
  EXPECT_EQ(std::get<ended_sessions>(value_of(outcomes[9])), ended_sessions{{20}});

  EXPECT_EQ(find_user(1)->nickname, "renamed");
  EXPECT_FALSE(find_user(3));
  EXPECT_EQ(value_of(reader->config_version()), 1U);
}

TEST_P(WriteBatches, SeeWhatTheRequestsBeforeDid) {
  const std::vector<write_request> requests{
      make_admission("openid", 1, 10), make_rename(1, "one"), make_rename(1, "two"),
      end_sessions{.user = {1}, .current = {10}, .scope = logout_scope::all, .at = noon},
      rotate_refresh{.id = {10}, .user = {1}, .from = 0, .at = noon}};
  const auto outcomes = writer->apply(requests);
  EXPECT_EQ(std::get<user>(value_of(outcomes.at(2))).revision, 3U);
  EXPECT_EQ(code_of(outcomes.at(4)), errc::conflict);
}

TEST_P(WriteBatches, OfTheLargestSizeAreDoneAndSeenByReadersAtOnce) {
  std::vector<write_request> requests;
  for (std::uint64_t id = 1; id <= limits::write_batch; ++id) {
    requests.push_back(make_admission("openid-" + std::to_string(id), id, id));
  }
  EXPECT_FALSE(find_user(1));
  for (const auto& outcome : writer->apply(requests))
    EXPECT_TRUE(outcome);
  for (std::uint64_t id = 1; id <= limits::write_batch; ++id)
    EXPECT_TRUE(find_user(id));
}

TEST_P(WriteBatches, AreRefusedOnAConnectionForReading) {
  const std::vector<write_request> requests{make_admission("openid", 1, 1)};
  EXPECT_EQ(code_of(reader->apply(requests).at(0)), errc::internal);
  EXPECT_FALSE(find_user(1));
}

TEST_P(WriteBatches, LastWhenAllConnectionsAreClosed) {
  admit(1, 1);
  writer.reset();
  reader.reset();
  EXPECT_EQ(value_of(database.factory->migrate()), schema_version);
  reader = value_of(database.factory->open_reader());
  EXPECT_TRUE(find_user(1));
}

} // namespace
} // namespace maque::db::test

#include "db/sqlite_store.hpp"
#include "db_pool_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace maque::db {
namespace {

using namespace test;

TEST(DatabaseReads, AnswerEveryKindInItsPlace) {
  const maque::test::temporary_folder folder;
  const auto factory = make_sqlite_factory(folder.path() / "maque.db", std::chrono::seconds{5});
  ASSERT_TRUE(factory->migrate());
  const auto source = std::move(*factory->open_writer());
  register_user registration;
  registration.id = {1};
  registration.username = "sparrow";
  registration.password_hash = "hash";
  registration.opened.emplace().id = {11};
  api_key key;
  key.id = {5};
  key.name = "shop";
  key.hash.fill(7);
  const bind_phone_number phone{{1}, "wx-app", {"13800138000", "13800138000", "86"}, {}};
  const std::vector<write_request> requests{registration, add_api_key{key}, phone};
  for (const auto& outcome : source->apply(requests))
    ASSERT_TRUE(outcome);
  const auto outcomes =
      run_reads(*source, {list_sessions{{1}}, find_user{{1}}, list_sessions{{2}},
                          find_session{{11}}, find_api_key{key.hash}, find_bound_phone{{1}},
                          find_api_key{}, user_page_query{user_id{1}}, user_page_query{}});
  const auto sessions = [&](std::size_t place) {
    return std::get<std::vector<session>>(outcomes.at(place).value());
  };
  ASSERT_EQ(sessions(0).size(), 1U);
  EXPECT_EQ(sessions(0)[0].id, session_id{11});
  EXPECT_TRUE(std::get<std::optional<user>>(outcomes.at(1).value()));
  EXPECT_TRUE(sessions(2).empty());
  EXPECT_TRUE(std::get<std::optional<session>>(outcomes.at(3).value()));
  EXPECT_EQ(std::get<std::optional<api_key>>(outcomes.at(4).value()), key);
  EXPECT_EQ(std::get<std::optional<bound_phone>>(outcomes.at(5).value())->phone, phone.phone);
  EXPECT_FALSE(std::get<std::optional<api_key>>(outcomes.at(6).value()));
  EXPECT_TRUE(std::get<profile_page>(outcomes.at(7).value()).rows().empty());
  EXPECT_EQ(std::get<profile_page>(outcomes.at(8).value()).rows().size(), 1U);
}

/// Remembers which pages it was asked for; each has one row, whose id is the number of users asked
/// for.
class listing_store final : public throwing_store {
public:
  result<std::vector<profile_page>> list_users(std::span<const user_page_query> wanted) override {
    asked.emplace_back(wanted.begin(), wanted.end());
    if (broken) return fail(errc::database_unavailable);
    profile_pages_builder pages;
    for (const user_page_query& query : wanted) {
      pages.add({{query.limit}, "", ""});
      pages.end_page();
    }
    return std::move(pages).finish();
  }

  std::vector<std::vector<user_page_query>> asked;
  bool broken = false;
};

TEST(DatabaseReads, GetAPageThatSeveralAskForOnce) {
  listing_store source;
  const user_page_query first{{}, 1}, longer{{}, 2}, other{user_id{7}, 3};
  const auto outcomes = run_reads(source, {first, other, first, longer, other, first});
  ASSERT_EQ(source.asked.size(), 1U) << "one call for all";
  EXPECT_EQ(source.asked[0], (std::vector{first, other, longer}));
  std::vector<std::uint64_t> got;
  for (const auto& outcome : outcomes)
    got.push_back(std::get<profile_page>(outcome.value()).rows()[0].id.value);
  EXPECT_EQ(got, (std::vector<std::uint64_t>{1, 3, 1, 2, 3, 1}));
}

TEST(DatabaseReads, TellEachWhoAskedForAPageThatItCannotBeRead) {
  listing_store source;
  source.broken = true;
  for (const auto& outcome : run_reads(source, {user_page_query{}, user_page_query{{}, 5}})) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::database_unavailable);
  }
}

} // namespace
} // namespace maque::db

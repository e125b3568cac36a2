#include "db/postgres_url.hpp"
#include "postgres_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

postgres_target parse(const std::string& url) {
  return value_of(parse_postgres_url(url, std::chrono::milliseconds{1500}));
}

TEST(PostgresUrl, IsDescribedWithoutItsPassword) {
  const auto describe = [](const std::string& url) {
    return make_postgres_factory(url, std::chrono::seconds{1})->describe();
  };
  EXPECT_EQ(describe("postgres://someone:pa%20ss@db.example/maque?sslmode=verify-full"),
            "PostgreSQL at db.example:5432/maque");
  EXPECT_EQ(describe("postgresql://someone:secret@[::1]:6543"), "PostgreSQL at ::1:6543/someone");
  EXPECT_EQ(describe("postgres://a,b:5433/maque?password=secret"),
            "PostgreSQL at a:5432,b:5433/maque");
  EXPECT_EQ(describe("postgres://someone:secret@db:port/maque?nonsense=1"),
            "PostgreSQL at an unreadable URL");
}

TEST(PostgresUrl, BoundsEveryWaitThatItDoesNotMention) {
  EXPECT_THAT(parse("postgres://db/maque").conninfo,
              AllOf(HasSubstr("connect_timeout='5'"), HasSubstr("keepalives='1'"),
                    HasSubstr("tcp_user_timeout='1500'"), HasSubstr("client_encoding='UTF8'")));
  EXPECT_THAT(parse("postgres://db/maque?connect_timeout=9&sslmode=require").conninfo,
              AllOf(HasSubstr("connect_timeout='9'"), HasSubstr("sslmode='require'"),
                    Not(HasSubstr("connect_timeout='5'"))));
}

TEST(PostgresUrl, KeepsEveryCharacterOfItsValues) {
  EXPECT_THAT(parse("postgres://u:it%27s%20%5C%20x@db/maque").conninfo,
              HasSubstr(R"(password='it\'s \\ x')"));
}

TEST(PostgresUrl, ThatCannotBeReadOrReachedIsNotRepeated) {
  for (const std::string url :
       {"postgres://me:secret@db:5432:1/x", "postgres://me:secret@db/x?nonsense=secret",
        "host=db password=secret", "mysql://me:secret@db/x", "",
        "postgres://me:secret@127.0.0.1:1/x"}) {
    const auto factory = make_postgres_factory(url, std::chrono::seconds{1});
    const std::vector<error> failures{factory->migrate().error(), factory->open_reader().error(),
                                      factory->open_writer().error()};
    for (const error& failure : failures) {
      EXPECT_EQ(failure.code, errc::database_unavailable) << url;
      EXPECT_THAT(failure.cause, Not(HasSubstr("secret")));
      EXPECT_NE(failure.cause, "");
    }
  }
}

TEST(PostgresUrl, OfADatabaseThatIsNotThereSaysSo) {
  const auto refused =
      make_postgres_factory(postgres_server::shared().url("nowhere"), std::chrono::seconds{1})
          ->migrate();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, AllOf(HasSubstr("/nowhere: "), HasSubstr("does not exist")));
}

} // namespace
} // namespace maque::db::test

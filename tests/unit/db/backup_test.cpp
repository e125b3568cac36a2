#include "db/sqlite_statement.hpp"
#include "store_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace maque::db::test {
namespace {

using ::testing::HasSubstr;

/// Does something at the first news.
class interrupting_progress final : public progress_listener {
public:
  explicit interrupting_progress(std::function<void()> action) : action_{std::move(action)} {}

  void begin(std::string, std::uint64_t, std::string_view) override {}
  void advance_to(std::uint64_t) override {
    ++news;
    action_();
  }
  void end() override { ended = true; }

  int news = 0;
  bool ended = false;

private:
  std::function<void()> action_;
};

class SqliteBackup : public ::testing::Test {
protected:
  void admit(std::uint64_t id) { admit(id, id); }
  void admit(std::uint64_t first, std::uint64_t last) {
    std::vector<write_request> logins;
    for (std::uint64_t id = first; id <= last; ++id)
      logins.emplace_back(make_admission("openid-" + std::to_string(id), id, id));
    for (auto& admitted : writer->apply(logins))
      value_of(std::move(admitted));
  }

  result<void> back_up(progress_listener& progress) {
    std::ofstream{copy}.close();
    return factory->back_up(copy, progress);
  }

  maque::test::temporary_folder folder;
  std::filesystem::path file = folder.path() / "maque.db";
  std::filesystem::path copy = folder.path() / "copies" / "copy.db";
  bool made = std::filesystem::create_directory(folder.path() / "copies");
  std::unique_ptr<store_factory> factory = make_sqlite_factory(file, std::chrono::seconds{5});
  int schema_version = value_of(factory->migrate());
  std::unique_ptr<store> writer = value_of(factory->open_writer());
};

TEST_F(SqliteBackup, HasTheStateOfOneMomentWhileAWriterGoesOn) {
  admit(1, 5000);
  std::uint64_t next = 10000;
  interrupting_progress progress{[&] { admit(next++); }};
  const auto backed_up = back_up(progress);
  ASSERT_TRUE(backed_up) << backed_up.error().cause;
  EXPECT_GT(progress.news, 1);
  EXPECT_TRUE(progress.ended);
  raw_sqlite opened{copy};
  EXPECT_EQ(opened.query("SELECT count(*) FROM users"), "5000");
  EXPECT_EQ(opened.query("SELECT count(*) FROM sessions"), "5000");
  EXPECT_EQ(opened.query("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(opened.query("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(raw_sqlite{file}.query("SELECT count(*) FROM users"),
            std::to_string(5000 + progress.news));
}

TEST_F(SqliteBackup, IsOneFileThatAServerStartsWith) {
  admit(1);
  interrupting_progress progress{[] {}};
  ASSERT_TRUE(back_up(progress));
  EXPECT_EQ(state_of(copy.parent_path()).size(), 1U);
  const auto restored = make_sqlite_factory(copy, std::chrono::seconds{5});
  EXPECT_TRUE(restored->migrate());
  const std::vector<user_id> ids{{1}};
  EXPECT_TRUE(value_of(value_of(restored->open_writer())->find_users(ids)).at(0));
}

TEST_F(SqliteBackup, OfADamagedDatabaseFails) {
  admit(1, 500);
  writer.reset(); // The log goes into the file.
  std::string bytes = read_bytes(file);
  constexpr std::size_t page = 4096;
  ASSERT_GT(bytes.size(), 12 * page);
  for (std::size_t at = 3 * page; at < 12 * page; ++at)
    bytes[at] = static_cast<char>(0x5a);
  write_bytes(file, bytes);
  interrupting_progress progress{[] {}};
  const auto backed_up = back_up(progress);
  ASSERT_FALSE(backed_up);
  EXPECT_EQ(backed_up.error().code, errc::database_unavailable);
}

TEST(PostgresBackup, IsLeftToItsOwnTools) {
  const maque::test::temporary_folder folder;
  interrupting_progress progress{[] {}};
  const auto refused = make_postgres(folder.path()).factory->back_up(folder.path() / "x", progress);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("pg_dump"));
}

} // namespace
} // namespace maque::db::test

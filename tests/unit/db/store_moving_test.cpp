#include "db/hex.hpp"
#include "db/moving.hpp"
#include "db/sqlite_statement.hpp"
#include "domain/limits.hpp"
#include "store_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace maque::db::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Notes every step with what was done of it.
class noted_progress final : public progress_listener {
public:
  void begin(std::string step, std::uint64_t total, std::string_view) override {
    step_ = std::move(step);
    total_ = total;
    done_ = 0;
  }
  void advance_to(std::uint64_t done) override { done_ = done; }
  void end() override {
    steps.push_back(step_ + " " + std::to_string(done_) + "/" + std::to_string(total_));
  }

  std::vector<std::string> steps;

private:
  std::string step_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
};

std::string export_of(store_factory& from, utc_time now = noon) {
  std::string file;
  noted_progress progress;
  const auto exported = export_archive(
      from, now,
      [&](std::string_view bytes) {
        file += bytes;
        return result<void>{};
      },
      progress);
  if (!exported) throw std::runtime_error{exported.error().cause};
  return file;
}

result<void> import_into(store_factory& to, const std::string& file) {
  noted_progress progress;
  std::istringstream in{file};
  return import_archive(to, in, "all.jsonl", progress);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error{"there is no " + from};
  return text.replace(at, from.size(), to);
}

/// Everything that one engine might hold in another way than the other.
void fill_awkwardly(store& writer, const std::function<void(const std::string&)>& run_sql) {
  const auto apply = [&](write_request request) {
    value_of(std::move(writer.apply({&request, 1}).at(0)));
  };
  const std::uint64_t greatest = INT64_MAX;
  for (const std::uint64_t id : {std::uint64_t{1}, std::uint64_t{2}, greatest}) {
    auto admission = make_admission("openid-" + std::to_string(id), id, id);
    if (id == 2) admission.unionid = "union \"2\" \\ {,} NULL";
    admission.opened.refresh_counter = id == greatest ? UINT32_MAX : 0;
    apply(admission);
  }
  // Sorted by bytes, not as in a language.
  for (const char* const openid : {"B", "a", "\xc3\xa4", "Z", "_"})
    apply(make_admission(openid, 100 + static_cast<unsigned char>(openid[0]),
                         100 + static_cast<unsigned char>(openid[0])));
  apply(make_rename(1, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 \xe7\x88\xb1 e\xcc\x81 \x01\t"
                       "\n\"'\\"));
  apply(end_sessions{{2}, {2}, logout_scope::all, noon});
  apply(make_registration(200, "Zoe", 200));
  apply(make_registration(201, "zoe"));
  apply(make_registration(202, "gone", 202));
  apply(make_binding(202));
  apply(delete_user{{202}, noon});
  apply(make_binding(200, "+44 20 7946 0000 \xe9\x9b\x80"));
  apply(bind_phone_number{{2}, "wx-two", {"1", "", ""}, noon});
  apply(link_identity{{200}, "wx-app", "with key", {}, noon, {}, make_sealed(200)});
  apply(link_identity{{201}, "wx-app", "without key", {}, noon});
  apply(add_invitation{make_invitation(200, UINT32_MAX)});
  apply(add_invitation{make_invitation(3, 1, noon)});
  apply(add_api_key{make_api_key(greatest, "B")});
  apply(add_api_key{make_api_key(2, "a")});
  apply(revoke_api_key{{2}, noon});
  auto used = make_api_key(1, "a");
  used.scopes = {};
  used.expires_at = noon;
  used.last_used_at = noon;
  apply(add_api_key{used});
  for (const std::uint64_t key : {255U, 0U, 128U})
    apply(make_attempt({.account = make_key(key), .source = make_key(1)}));
  apply(set_config_value{"z", R"({"a":"\u0000 雀"})", noon});
  apply(set_config_value{"Z", "[1.50,  null]", noon});
  apply(set_config_value{"z", std::nullopt, noon});
  const config_edit edit{"flag", {}, {"alice", noon, "why not 雀"}};
  apply(publish_config_value{edit, make_content()});
  apply(save_config_draft{edit, make_content()});
  const config_content longest{.json =
                                   '"' + std::string(limits::config_value_bytes - 2, '\x7F') + '"',
                               .description = "longest"};
  apply(publish_config_value{{"longest", 0, {}}, longest});
  run_sql("UPDATE users SET disabled = " + std::string{"(1 = 1)"} + " WHERE id = 2");
  run_sql("UPDATE users SET created_at = -9223372036854775808, revision = 9223372036854775807,"
          " role = 'operator' WHERE id = 1");
}

class Moving : public store_test {
protected:
  /// A new database of this test's engine.
  test_database make_other(const std::string& name) {
    std::filesystem::create_directory(folder.path() / name);
    return GetParam().make(folder.path() / name);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Moving, engines(), name_of);

TEST_P(Moving, GoesFromEveryEngineToEveryEngineAndBackWithoutTheLossOfAByte) {
  fill_awkwardly(*writer, database.run_sql);
  const std::string file = export_of(*database.factory);
  for (const auto& make : {make_sqlite, make_postgres}) {
    const auto next = folder.path() / "next";
    std::filesystem::create_directory(next);
    const test_database other = make(next);
    const auto imported = import_into(*other.factory, file);
    ASSERT_TRUE(imported) << imported.error().cause;
    EXPECT_EQ(export_of(*other.factory), file);
    const test_database back = make_other("back");
    ASSERT_TRUE(import_into(*back.factory, export_of(*other.factory)));
    EXPECT_EQ(export_of(*back.factory), file);
    std::filesystem::remove_all(next);
    std::filesystem::remove_all(folder.path() / "back");
  }
}

TEST_P(Moving, GivesAStoreThatServesWhatTheOtherOneServed) {
  admit(1, 11);
  expect<user>(make_rename(1, "雀"));
  const test_database other = make_other("other");
  ASSERT_TRUE(import_into(*other.factory, export_of(*database.factory)));
  const auto served = value_of(other.factory->open_writer());
  const std::vector<user_id> ids{{1}};
  EXPECT_EQ(value_of(served->find_users(ids)), value_of(reader->find_users(ids)));
  const std::vector<find_session_key> keys{{{1}, "wx-app"}};
  EXPECT_EQ(value_of(served->find_session_keys(keys)).at(0),
            (stored_session_key{"openid-1", make_sealed(11)}));
  write_request login = make_admission("openid-1", 2, 12);
  EXPECT_FALSE(
      std::get<user_admitted>(value_of(std::move(served->apply({&login, 1}).at(0)))).is_new_user);
}

TEST_P(Moving, WritesAHeaderTheRowsAndTheSums) {
  admit(1, 11);
  std::istringstream lines{export_of(*database.factory)};
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            R"({"format":"maque-export","version":1,"schema":6,)"
            R"("created_at":"2026-11-25T12:00:00.123456Z","rows":{"users":1,)"
            R"("wechat_identities":1,"credentials":0,"phone_numbers":0,"sessions":1,)"
            R"("invitations":0,"api_keys":0,"audit_log":0,"login_throttles":0,"config_versions":0,)"
            R"("config_values":0,"config_drafts":0}})");
  std::getline(lines, line);
  EXPECT_EQ(line, R"({"table":"users","id":1,"nickname":"","avatar_url":"","language":"",)"
                  R"("role":"user","disabled":false,"created_at":1795608000123456,)"
                  R"("updated_at":1795608000123456,"revision":1,"deleted_at":null})");
  std::getline(lines, line);
  EXPECT_EQ(line, R"({"table":"wechat_identities","appid":"wx-app","openid":"openid-1",)"
                  R"("unionid":null,"user_id":1,"created_at":1795608000123456,)"
                  R"("sealed_session_key":")" +
                      to_hex(make_sealed(11)) + R"(","session_key_at":1795608000123456})");
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr(R"("refresh_secret_hash":"0b131b23)"));
  std::getline(lines, line);
  EXPECT_THAT(line, StartsWith(R"({"end":{"users":{"rows":1,"sha256":")"));
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_P(Moving, CarriesMoreThanAPageAndSaysHowFarItIs) {
  constexpr std::uint64_t users = 2500;
  std::vector<write_request> logins;
  for (std::uint64_t id = 1; id <= users; ++id)
    logins.emplace_back(make_admission("openid-" + std::to_string(id), id, id));
  for (std::uint64_t id = 1; id <= users; ++id)
    logins.emplace_back(make_attempt({.account = make_key(id)}));
  for (const auto& admitted : writer->apply(logins))
    ASSERT_TRUE(admitted);
  std::stringstream file{export_of(*database.factory)};
  const test_database other = make_other("other");
  noted_progress progress;
  const auto imported = import_archive(*other.factory, file, "all", progress);
  ASSERT_TRUE(imported) << imported.error().cause;
  EXPECT_THAT(progress.steps,
              testing::ElementsAre(
                  "users 2500/2500", "wechat_identities 2500/2500", "credentials 0/0",
                  "phone_numbers 0/0", "sessions 2500/2500", "invitations 0/0", "api_keys 0/0",
                  "audit_log 0/0", "login_throttles 2500/2500", "config_versions 0/0",
                  "config_values 0/0", "config_drafts 0/0", "checking users 2500/2500",
                  "checking wechat_identities 2500/2500", "checking credentials 0/0",
                  "checking phone_numbers 0/0", "checking sessions 2500/2500",
                  "checking invitations 0/0", "checking api_keys 0/0", "checking audit_log 0/0",
                  "checking login_throttles 2500/2500", "checking config_versions 0/0",
                  "checking config_values 0/0", "checking config_drafts 0/0"));
  EXPECT_EQ(export_of(*other.factory), file.str());
}

/// What the program wrote that knew the first version of the schema.
constexpr const char* export_of_schema_1 =
    R"({"format":"maque-export","version":1,"schema":1,)"
    R"("created_at":"2026-11-25T12:00:00.123456Z","rows":{"users":1,)"
    R"("wechat_identities":1,"sessions":1,"config_versions":0,"config_values":0}})"
    "\n"
    R"({"table":"users","id":1,"nickname":"雀","avatar_url":"","language":"",)"
    R"("role":"user","disabled":false,"created_at":1795608000123456,)"
    R"("updated_at":1795608000123456,"revision":2})"
    "\n"
    R"({"table":"wechat_identities","appid":"wx-app","openid":"openid-1",)"
    R"("unionid":null,"user_id":1,"created_at":1795608000123456})"
    "\n"
    R"({"table":"sessions","id":11,"user_id":1,"appid":"wx-app","device":"",)"
    R"("address":"::1","created_at":1,"last_seen_at":2,"expires_at":3,)"
    R"("refresh_secret_hash":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0)"
    R"(b0b0b0b0b","refresh_counter":0,"rotated_at":4,"ended_at":null})"
    "\n"
    R"({"end":{"users":{"rows":1,)"
    R"("sha256":"38a140c9b6e2f69e10d7121787172f193ec0112f629c610714203d8956570135"},)"
    R"("wechat_identities":{"rows":1,)"
    R"("sha256":"ce21fa10ae1629517d1ed96817252a23ce4b9da47db9bec6e2e2cd9a507a7017"},)"
    R"("sessions":{"rows":1,"sha256":"060d2a029e04e30e869e10518450acb9c319741f08f379c)"
    R"(2c55d3ee745c86467"},"config_versions":{"rows":0,)"
    R"("sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},)"
    R"("config_values":{"rows":0,)"
    R"("sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}})"
    "\n";

TEST_P(Moving, TakesWhatWasExportedBeforeThereWereAccounts) {
  const test_database other = make_other("other");
  const auto imported = import_into(*other.factory, export_of_schema_1);
  ASSERT_TRUE(imported) << imported.error().cause;
  const auto served = value_of(other.factory->open_reader());
  const auto accounts = value_of(served->list_accounts({}));
  ASSERT_EQ(accounts.size(), 1U);
  EXPECT_EQ(accounts[0].who.nickname, "雀");
  EXPECT_EQ(accounts[0].open_sessions, 1U);
  EXPECT_FALSE(accounts[0].username);
  EXPECT_THAT(export_of(*other.factory), HasSubstr(R"("deleted_at":null)"));
  EXPECT_THAT(export_of(*other.factory), HasSubstr(R"("session_key_at":null)"));
  EXPECT_FALSE(import_into(*make_other("third").factory,
                           replaced(export_of_schema_1, "\"revision\":2", "\"revision\":3")));
}

TEST_P(Moving, ShowsTheStateOfTheMomentWhenItBegan) {
  admit(1, 11);
  const auto source = value_of(database.factory->open_source());
  admit(2, 12);
  const archive_table& table = archive_tables().front();
  EXPECT_EQ(value_of(source->count(table)), 1U);
  EXPECT_EQ(value_of(source->page(table, nullptr, 10)).size(), 1U);
}

TEST_P(Moving, RefusesADatabaseThatIsNotEmpty) {
  admit(1, 11);
  const test_database users_there = make_other("users");
  ASSERT_TRUE(users_there.factory->migrate());
  const std::string file = export_of(*database.factory);
  ASSERT_TRUE(import_into(*users_there.factory, file));
  const auto again = import_into(*users_there.factory, file);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().cause, HasSubstr("there are users already"));
  EXPECT_EQ(export_of(*users_there.factory), file);

  const test_database config_there = make_other("config");
  ASSERT_TRUE(config_there.factory->migrate());
  config_there.run_sql(
      "INSERT INTO config_versions (version, key, json, published_at) VALUES (1, 'a', '1', 1)");
  EXPECT_FALSE(import_into(*config_there.factory, file));
}

TEST_P(Moving, ChangesNothingWhenTheFileIsNotWhatWasExported) {
  fill_awkwardly(*writer, database.run_sql);
  const std::string good = export_of(*database.factory);
  const std::string last_line = good.substr(good.rfind('\n', good.size() - 2) + 1);
  const std::string without_end = good.substr(0, good.size() - last_line.size());
  const std::string second_user = R"({"table":"users","id":2,)";
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "all.jsonl:1: this is no export"},
      {"{}\n", "all.jsonl:1: this is no export"},
      {good.substr(0, good.size() - 1), "the file is not complete"},
      {without_end, "the end is missing"},
      {without_end.substr(0, without_end.size() / 2), "not complete"},
      {replaced(good, "maque-export", "other-export"), "all.jsonl:1: this is no export"},
      {replaced(good, R"("version":1)", R"("version":2)"), "another version"},
      {replaced(good, R"("schema":6)", R"("schema":99)"), "run a newer program"},
      {replaced(good, R"("schema":6)", R"("schema":1)"), "all.jsonl:2: has members that no column"},
      {replaced(good, second_user, "{,"), "all.jsonl:3: this is no JSON object"},
      {replaced(good, second_user, R"({"table":"pets","id":2,)"), "all.jsonl:3: there is no table"},
      {replaced(good, second_user, R"({"table":"users","id":"2",)"), "all.jsonl:3: id has a value"},
      {replaced(good, second_user, R"({"table":"users","id":9223372036854775808,)"), "id has a"},
      {replaced(good, second_user, R"({"table":"users","id":1,)"), "all.jsonl:3: "},
      {replaced(good, second_user, R"({"table":"users","id":-2,)"), "all.jsonl:3: "},
      {replaced(good, second_user, R"({"table":"users","id":3,)"), "all.jsonl:"},
      {replaced(good, second_user, R"({"table":"users","x":1,"id":2,)"), "no column is for"},
      {replaced(good, R"("role":"operator")", R"("role":"user")"), "users: the rows are not those"},
      {good + "\n", "something behind the end"},
      {replaced(good, R"({"table":"users")", last_line + R"({"table":"users")"),
       "users: the rows are not those"},
      {replaced(good, second_user,
                R"({"table":"users","nickname":")" + std::string(2 << 20, 'x') + R"(","id":2,)"),
       "all.jsonl:3: a line longer than any"},
  };
  const test_database other = make_other("other");
  ASSERT_TRUE(other.factory->migrate());
  const std::string empty = export_of(*other.factory);
  for (const auto& [file, why] : bad) {
    const auto refused = import_into(*other.factory, file);
    ASSERT_FALSE(refused) << why;
    EXPECT_THAT(refused.error().cause, HasSubstr(why));
    EXPECT_EQ(export_of(*other.factory), empty) << why;
  }
  EXPECT_TRUE(import_into(*other.factory, good));
}

TEST(MovingToSqlite, KeepsNothingThatReadsDifferentlyFromTheFile) {
  const maque::test::temporary_folder folder;
  const test_database from = make_sqlite(folder.path());
  value_of(from.factory->migrate());
  write_request login = make_admission("one", 1, 1);
  value_of(std::move(value_of(from.factory->open_writer())->apply({&login, 1}).at(0)));
  std::filesystem::create_directory(folder.path() / "other");
  const test_database to = make_sqlite(folder.path() / "other");
  value_of(to.factory->migrate());
  to.run_sql("CREATE TRIGGER meddle AFTER INSERT ON sessions BEGIN"
             " UPDATE users SET nickname = 'x'; END");
  const auto refused = import_into(*to.factory, export_of(*from.factory));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, StartsWith("users: what was written reads differently"));
  EXPECT_THAT(export_of(*to.factory), HasSubstr(R"("rows":{"users":0,)"));
}

TEST(MovingToPostgres, NamesTheRowWithATextThatOnlySqliteHolds) {
  const maque::test::temporary_folder folder;
  const test_database from = make_sqlite(folder.path());
  value_of(from.factory->migrate());
  const auto writer = value_of(from.factory->open_writer());
  const std::vector<write_request> requests{make_admission("one", 1, 1),
                                            make_admission("two", 2, 2),
                                            make_rename(2, std::string{"a\0b", 3})};
  for (const auto& done : writer->apply(requests))
    ASSERT_TRUE(done);
  const std::string file = export_of(*from.factory);
  EXPECT_THAT(file, HasSubstr(R"("nickname":"a\u0000b")"));

  const test_database to = make_postgres(folder.path());
  const auto refused = import_into(*to.factory, file);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause,
              AllOf(StartsWith("all.jsonl:3: "), HasSubstr("U+0000 in nickname")));
  EXPECT_THAT(export_of(*to.factory), HasSubstr(R"("rows":{"users":0,)"));

  std::filesystem::create_directory(folder.path() / "other");
  const test_database sqlite = make_sqlite(folder.path() / "other");
  ASSERT_TRUE(import_into(*sqlite.factory, file));
  EXPECT_EQ(export_of(*sqlite.factory), file);
}

} // namespace
} // namespace maque::db::test

#include "maque_program.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <arpa/inet.h>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace maque::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Every file and folder below, with the contents of the files. SQLite's memory of who reads where
/// (-shm) and its log, when empty, say nothing about the data.
std::map<std::string, std::string> state_of(const fs::path& folder) {
  std::map<std::string, std::string> state;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (name.ends_with("-shm")) continue;
    if (name.ends_with("-wal") && entry.file_size() == 0) continue;
    state.emplace(name, entry.is_regular_file() ? read_file(entry.path()) : "folder");
  }
  return state;
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

void run_sql(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

/// A socket that has its port for itself.
class exclusive_listener {
public:
  exclusive_listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, raw, size), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    EXPECT_EQ(::getsockname(socket_, raw, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~exclusive_listener() { ::close(socket_); }
  exclusive_listener(const exclusive_listener&) = delete;
  exclusive_listener& operator=(const exclusive_listener&) = delete;

  std::string port() const { return std::to_string(port_); }

private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

class StartError : public testing::Test {
protected:
  /// Starting fails, says so, and changes nothing. Returns what it said.
  std::string refusal(std::vector<std::string> arguments) {
    const auto before = state_of(folder.path());
    if (std::ranges::none_of(arguments,
                             [](const auto& given) { return given.starts_with("--http.port"); }))
      arguments.emplace_back("--http.port=0");
    if (std::ranges::none_of(arguments,
                             [](const auto& given) { return given.starts_with("--admin.port"); }))
      arguments.emplace_back("--admin.port=0");
    const auto ended = run(maque_in(folder.path(), std::move(arguments)));
    EXPECT_EQ(ended.status.code, 1);
    EXPECT_EQ(ended.error.find("listens on"), std::string::npos) << ended.error;
    EXPECT_EQ(state_of(folder.path()), before);
    return ended.error;
  }

  /// What a server leaves behind: a database and a key.
  void start_once() { ASSERT_EQ(running_maque{folder.path()}.stop(), 0); }

  fs::path database() const { return folder.path() / "data" / "maque.db"; }

  temporary_folder folder;
};

TEST_F(StartError, ADatabaseFileThatIsNone) {
  fs::create_directory(folder.path() / "data");
  write_file(database(), std::string(8192, 'x'));
  EXPECT_THAT(refusal({}), HasSubstr("data/maque.db"));
}

TEST_F(StartError, ADatabaseFileThatIsAFolder) {
  fs::create_directories(database());
  EXPECT_THAT(refusal({}), HasSubstr("data/maque.db: is a folder"));
}

TEST_F(StartError, ADatabaseBelowAFile) {
  write_file(folder.path() / "file", "a file");
  EXPECT_THAT(refusal({"--database.url=sqlite:file/maque.db"}), HasSubstr("file"));
}

TEST_F(StartError, ADatabaseOfANewerSchema) {
  start_once();
  run_sql(database(), "INSERT INTO schema_migrations (version, name, checksum, applied_at)"
                      " VALUES (1000000, 'from_the_future', 'x', 1)");
  const std::string said = refusal({});
  EXPECT_THAT(said, HasSubstr("data/maque.db"));
  EXPECT_THAT(said, HasSubstr("1000000"));
  EXPECT_THAT(said, HasSubstr("run a newer program"));
}

TEST_F(StartError, ADatabaseOfAnotherProgram) {
  fs::create_directory(folder.path() / "data");
  run_sql(database(), "CREATE TABLE theirs (id INTEGER)");
  EXPECT_THAT(refusal({}), HasSubstr("data/maque.db"));
}

TEST_F(StartError, APortThatAnotherProgramHas) {
  start_once();
  const exclusive_listener taken;
  EXPECT_THAT(refusal({"--http.port=" + taken.port()}),
              HasSubstr("cannot listen on 127.0.0.1:" + taken.port()));
  EXPECT_THAT(refusal({"--admin.port=" + taken.port()}),
              HasSubstr("cannot listen on 127.0.0.1:" + taken.port()));
}

TEST_F(StartError, AKeyThatOthersCanRead_ASVS_13_3_1) {
  start_once();
  const fs::path key = folder.path() / "data" / "signing.key";
  fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
  const std::string said = refusal({});
  EXPECT_THAT(said, HasSubstr("data/signing.key"));
  EXPECT_EQ(said.find(read_file(key).substr(0, 40)), std::string::npos);
  EXPECT_EQ(fs::status(key).permissions() & fs::perms::group_read, fs::perms::group_read);
}

TEST_F(StartError, WrongSettingsAllAtOnceWithFileAndLine) {
  write_file(folder.path() / "maque.toml", "[http]\nprot = 1\n\n[log]\nlevel = \"loud\"\n");
  const auto before = state_of(folder.path());
  const auto ended = run(maque_in(folder.path(), {"--cache.ttl=never"},
                                  {{"MAQUE_HTTP_PORT", "99999"}, {"MAQUE_NO_SUCH", "1"}}));
  EXPECT_EQ(ended.status.code, 1);
  for (const char* const problem :
       {"maque.toml:2: http.prot is not a setting", "maque.toml:5: log.level",
        "flag --cache.ttl: cache.ttl", "environment MAQUE_HTTP_PORT: http.port", "MAQUE_NO_SUCH"})
    EXPECT_THAT(ended.error, HasSubstr(problem));
  EXPECT_EQ(state_of(folder.path()), before);
}

TEST_F(StartError, LiveModeWithoutItsAccount) {
  const std::string said = refusal({"--wechat.mode=live"});
  for (const char* const setting : {"wechat.appid", "MAQUE_WECHAT_APPID", "wechat.app_secret",
                                    "MAQUE_WECHAT_APP_SECRET", "[wechat]"})
    EXPECT_THAT(said, HasSubstr(setting));
}

TEST_F(StartError, AnAppidWithoutItsSecret) {
  const std::string said = refusal({"--wechat.appid=wx123"});
  EXPECT_THAT(said, HasSubstr("needs wechat.app_secret"));
  EXPECT_EQ(said.find("needs wechat.appid"), std::string::npos);
}

TEST_F(StartError, ASettingsFileThatIsNamedAndMissing) {
  EXPECT_THAT(refusal({"--config=nowhere.toml"}), HasSubstr("nowhere.toml"));
}

} // namespace
} // namespace maque::test

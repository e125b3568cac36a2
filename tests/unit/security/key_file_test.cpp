#include "security/base64url.hpp"
#include "security/key_store.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <barrier>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace maque::security {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  EXPECT_EQ(::lstat(file.c_str(), &status), 0);
  return status.st_mode & 07777;
}

std::string read_all(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

constexpr token_lifetimes lifetimes{std::chrono::minutes{15}, std::chrono::hours{24 * 90}};

result<signing_key> load_first_key(const fs::path& file) {
  return load_or_create_key_ring(file, key_algorithm::hs256, lifetimes)
      .map([](const key_ring& ring) { return ring.keys().front().key; });
}

class KeyFile : public ::testing::Test {
protected:
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream{file, std::ios::binary} << text;
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
  }

  // That the file is refused, is left as it is, and that the cause names it and says `why`.
  void expect_refusal(const fs::path& path, const std::string& why) {
    const auto key = load_first_key(path);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, errc::internal);
    EXPECT_EQ(key.error().hint, "");
    EXPECT_THAT(key.error().cause,
                AllOf(StartsWith("signing key " + path.string() + ": "), HasSubstr(why)));
  }

  test::temporary_folder folder;
  fs::path file = folder.path() / "signing.key";
  const std::string valid = std::string(42, 'a') + "A"; // 43 characters, no stray bits
};

TEST_F(KeyFile, Asvs13_3_1_IsMadeForItsOwnerAlone) {
  const mode_t before = ::umask(0);
  const fs::path deep = folder.path() / "data" / "keys" / "signing.key";
  const auto key = load_first_key(deep);
  ::umask(before);

  ASSERT_TRUE(key) << key.error().cause;
  EXPECT_EQ(mode_of(deep), 0600U);
  EXPECT_EQ(mode_of(deep.parent_path()), 0700U);
  EXPECT_EQ(mode_of(deep.parent_path().parent_path()), 0700U);
}

TEST_F(KeyFile, HoldsThirtyTwoBytesInBase64url) {
  ASSERT_TRUE(load_first_key(file));
  const std::string text = read_all(file);
  ASSERT_EQ(text.size(), 44U);
  EXPECT_EQ(text.back(), '\n');
  const auto bytes = decode_base64url(text.substr(0, 43));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 32U);
}

TEST_F(KeyFile, IsTheOnlyThingThatIsLeftInItsFolder) {
  ASSERT_TRUE(load_first_key(file));
  EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(KeyFile, IsUsedAgain) {
  const auto first = load_first_key(file);
  ASSERT_TRUE(first);
  const std::string text = read_all(file);
  const auto second = load_first_key(file);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->kid, first->kid);
  EXPECT_EQ(second->access_key.reveal(), first->access_key.reveal());
  EXPECT_EQ(second->refresh_key.reveal(), first->refresh_key.reveal());
  EXPECT_EQ(read_all(file), text);
}

TEST_F(KeyFile, IsAnotherOneInAnotherPlace) {
  const auto first = load_first_key(file);
  const auto second = load_first_key(folder.path() / "other.key");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->access_key.reveal(), second->access_key.reveal());
}

TEST_F(KeyFile, GivesTheSameKeysAsItsTextInTheSettings) {
  for (const char* newline : {"", "\n"}) {
    write(valid + newline);
    const auto loaded = load_first_key(file);
    const auto configured = derive_signing_key(secret{valid});
    ASSERT_TRUE(loaded && configured);
    EXPECT_EQ(loaded->kid, configured->kid);
    EXPECT_EQ(loaded->access_key.reveal(), configured->access_key.reveal());
  }
}

TEST_F(KeyFile, MayHaveNarrowerRights) {
  write(valid, 0400);
  EXPECT_TRUE(load_first_key(file));
}

TEST_F(KeyFile, IsFoundByARelativePath) {
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  const auto made = load_first_key("signing.key");
  fs::current_path(before);
  const auto loaded = load_first_key(file);
  ASSERT_TRUE(made && loaded);
  EXPECT_EQ(made->kid, loaded->kid);
}

TEST_F(KeyFile, Asvs13_3_1_IsRefusedIfOthersHaveAnyRight) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U, 0644U, 0777U}) {
    write(valid, mode);
    expect_refusal(file, "chmod 600 " + file.string());
    EXPECT_EQ(mode_of(file), mode);
  }
  write(valid, 0644);
  expect_refusal(file, "(mode 0644)");
}

TEST_F(KeyFile, IsRefusedIfItIsCutOrNoKey) {
  const std::string wrong[] = {"",
                               "\n",
                               valid.substr(1),
                               valid.substr(1) + "\n",
                               valid + "A",
                               valid + "\n\n",
                               valid + "\r\n",
                               " " + valid,
                               valid + "=",
                               std::string(43, 'b'), // stray bits in the last character
                               std::string(42, '+') + "A",
                               std::string(43, '\0'),
                               std::string(100'000, 'A')};
  for (const std::string& text : wrong) {
    write(text);
    expect_refusal(file, "neither 43 characters of base64url nor");
    EXPECT_EQ(read_all(file), text);
  }
}

TEST_F(KeyFile, DoesNotShowItsContentWhenItIsRefused) {
  write("hunter2");
  const auto key = load_first_key(file);
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().cause, Not(HasSubstr("hunter2")));
}

TEST_F(KeyFile, IsRefusedIfItIsASymbolicLink) {
  const fs::path target = folder.path() / "target.key";
  ASSERT_TRUE(load_first_key(target));
  fs::create_symlink(target, file);
  expect_refusal(file, "symbolic link");

  fs::remove(target); // A link that leads nowhere must not have a key made behind it either.
  expect_refusal(file, "symbolic link");
  EXPECT_FALSE(fs::exists(target));
}

TEST_F(KeyFile, IsRefusedIfItIsNoRegularFile) {
  fs::create_directory(file);
  expect_refusal(file, "not a regular file");
  fs::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  expect_refusal(file, "not a regular file");
}

TEST_F(KeyFile, IsRefusedIfItBelongsToAnotherUser) {
  write(valid);
  // Only root can give a file away; for everybody else there are root's files.
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  }
  expect_refusal(is_root ? file : fs::path{"/etc/passwd"}, "belongs to another user");
}

TEST_F(KeyFile, SaysWhyItCannotBeMade) {
  write("");
  expect_refusal(file / "signing.key", "cannot be opened: Not a directory");
  expect_refusal("/proc/maque/signing.key", "its folder cannot be made: ");
}

TEST_F(KeyFile, IsTheSameForAllWhoStartAtOnce) {
  constexpr int starters = 16;
  for (int round = 0; round < 20; ++round) {
    const fs::path contested = folder.path() / std::to_string(round) / "keys" / "signing.key";
    std::vector<std::string> kids(starters);
    std::barrier start{starters};
    std::vector<std::jthread> threads;
    for (std::string& kid : kids) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto key = load_first_key(contested);
        kid = key ? key->kid : key.error().cause;
      });
    }
    threads.clear();

    const auto stored = load_first_key(contested);
    ASSERT_TRUE(stored) << stored.error().cause;
    EXPECT_EQ(std::set(kids.begin(), kids.end()), std::set{stored->kid});
    EXPECT_EQ(std::distance(fs::directory_iterator{contested.parent_path()}, {}), 1);
  }
}

} // namespace
} // namespace maque::security

#include "domain/limits.hpp"
#include "security/key_file_text.hpp"
#include "security/key_store.hpp"
#include "security/key_watch.hpp"
#include "support/temporary_folder.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>

#include <barrier>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace maque::security {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr token_lifetimes lifetimes{15min, 24h * 90};

class KeyRotation : public ::testing::Test {
protected:
  static key_rotation order(utc_time now, std::optional<key_algorithm> algorithm = {}) {
    return {algorithm, now, 10s, lifetimes};
  }

  key_ring load() const { return load_key_ring(file, lifetimes).value(); }

  std::set<std::string> kids() const {
    std::set<std::string> found;
    const key_ring ring = load();
    for (const timed_key& each : ring.keys())
      found.insert(each.key.kid);
    return found;
  }

  std::string text() const {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  void write(const std::string& content) const {
    std::ofstream{file, std::ios::binary} << content;
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  }

  test::temporary_folder folder;
  fs::path file = folder.path() / "signing.key";
  const utc_time now = test::now;
  const key_ring first = load_or_create_key_ring(file, key_algorithm::hs256, lifetimes).value();
};

TEST_F(KeyRotation, AddsAKeyThatSignsSoonAndKeepsTheOneBefore) {
  const auto made = rotate_keys(file, order(now + 1us, key_algorithm::eddsa));
  ASSERT_TRUE(made) << made.error().cause;
  EXPECT_EQ(made->key.algorithm, key_algorithm::eddsa);
  EXPECT_EQ(made->signs_from, now + 11s); // in whole seconds, never earlier

  const key_ring ring = load();
  ASSERT_EQ(ring.keys().size(), 2U);
  EXPECT_EQ(ring.signer(now + 11s - 1us).key.kid, first.keys().front().key.kid);
  EXPECT_EQ(ring.signer(now + 11s).key.kid, made->key.kid);
  EXPECT_EQ(ring.keys().back().key.access_key.reveal(), made->key.access_key.reveal());
  EXPECT_EQ(ring.keys().front().key.access_key.reveal(),
            first.keys().front().key.access_key.reveal());
  EXPECT_EQ(ring.keys().front().access_until, now + 11s + 15min + limits::key_retirement_margin);
}

TEST_F(KeyRotation, MakesAKeyLikeTheNewestIfNothingElseIsSaid) {
  EXPECT_EQ(rotate_keys(file, order(now))->key.algorithm, key_algorithm::hs256);
  EXPECT_EQ(rotate_keys(file, order(now, key_algorithm::eddsa))->key.algorithm,
            key_algorithm::eddsa);
  EXPECT_EQ(rotate_keys(file, order(now))->key.algorithm, key_algorithm::eddsa);
}

TEST_F(KeyRotation, GivesEachKeyATimeOfItsOwn) {
  const auto one = rotate_keys(file, order(now));
  const auto two = rotate_keys(file, order(now));
  const auto three = rotate_keys(file, order(now - 1h)); // a clock that went back
  ASSERT_TRUE(one && two && three);
  EXPECT_EQ(two->signs_from, one->signs_from + 1s);
  EXPECT_EQ(three->signs_from, two->signs_from + 1s);
}

TEST_F(KeyRotation, Asvs13_3_1_LeavesAFileForItsOwnerAloneAndNothingElse) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(rotate_keys(file, order(now)));
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::lstat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(KeyRotation, DropsWhatHasEnded) {
  ASSERT_TRUE(rotate_keys(file, order(now)));
  const utc_time end = load().keys().front().refresh_until;
  ASSERT_TRUE(rotate_keys(file, order(end - 1us)));
  EXPECT_TRUE(kids().contains(first.keys().front().key.kid));
  ASSERT_TRUE(rotate_keys(file, order(end)));
  EXPECT_FALSE(kids().contains(first.keys().front().key.kid));
  EXPECT_EQ(kids().size(), 3U);
}

TEST_F(KeyRotation, RefusesMoreKeysThanAreAllowed) {
  for (std::size_t count = 1; count < limits::signing_keys; ++count)
    ASSERT_TRUE(rotate_keys(file, order(now)));
  const std::string before = text();
  const auto refused = rotate_keys(file, order(now));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("no more are allowed"));
  EXPECT_EQ(text(), before);
}

TEST_F(KeyRotation, Asvs15_4_1_KeepsBothOfTwoAtOnce) {
  constexpr int rotators = 8;
  for (int round = 0; round < 10; ++round) {
    write(format_keys(std::vector{make_stored_key(key_algorithm::hs256, utc_time{})}));
    std::vector<std::string> made(rotators);
    std::barrier start{rotators};
    std::vector<std::jthread> threads;
    for (std::string& kid : made) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto key = rotate_keys(file, order(now));
        kid = key ? key->key.kid : key.error().cause;
      });
    }
    threads.clear();
    EXPECT_EQ(kids().size(), 1U + rotators);
    for (const std::string& kid : made)
      EXPECT_TRUE(kids().contains(kid)) << kid;
  }
}

TEST_F(KeyRotation, WantsAFile) {
  fs::remove(file);
  const auto refused = rotate_keys(file, order(now));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("is missing"));
  EXPECT_FALSE(fs::exists(file));
  EXPECT_FALSE(load_key_ring(file, lifetimes));
}

TEST_F(KeyRotation, LeavesAFileThatIsNoneAlone) {
  write("something else");
  EXPECT_FALSE(rotate_keys(file, order(now)));
  EXPECT_EQ(text(), "something else");
}

TEST_F(KeyRotation, BeginsWithTheAlgorithmThatIsAskedFor) {
  fs::remove(file);
  const auto made = load_or_create_key_ring(file, key_algorithm::eddsa, lifetimes);
  ASSERT_TRUE(made) << made.error().cause;
  EXPECT_EQ(made->keys().front().key.algorithm, key_algorithm::eddsa);
  EXPECT_EQ(made->keys().front().signs_from, utc_time::min());
  // A file that is there is used as it is.
  const auto again = load_or_create_key_ring(file, key_algorithm::hs256, lifetimes);
  EXPECT_EQ(again->keys().front().key.kid, made->keys().front().key.kid);
}

TEST_F(KeyRotation, RefusesAFileThatWasCutOrChanged) {
  ASSERT_TRUE(rotate_keys(file, order(now)));
  ASSERT_TRUE(rotate_keys(file, order(now, key_algorithm::eddsa)));
  const std::string whole = text();
  ASSERT_TRUE(parse_keys(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_keys(whole.substr(0, length))) << length;
  const auto line = [&whole](int number) {
    std::size_t begin = 0;
    for (int i = 0; i < number; ++i)
      begin = whole.find('\n', begin) + 1;
    return whole.substr(begin, whole.find('\n', begin) + 1 - begin);
  };
  for (const std::string& wrong :
       {whole + "\n", whole + line(3), " " + whole, line(0) + line(1) + line(2),
        line(0) + line(2) + line(1) + line(3), line(1) + line(2) + line(3),
        line(0) + line(1) + line(2) + line(2), std::string{"maque-keys 1 0\n"},
        "maque-keys 2 3\n" + line(1) + line(2) + line(3),
        "maque-keys 1 03\n" + line(1) + line(2) + line(3),
        line(0) + "none" + line(1).substr(5) + line(2) + line(3),
        line(0) + "HS256 00" + line(1).substr(7) + line(2) + line(3)})
    EXPECT_FALSE(parse_keys(wrong)) << wrong;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = '=';
    EXPECT_FALSE(parse_keys(changed)) << at;
  }
}

// The watch --------------------------------------------------------------------------------------

TEST_F(KeyRotation, IsNoticedOnce) {
  key_watch watch{file, lifetimes};
  ASSERT_TRUE(watch.look()->has_value());
  EXPECT_FALSE(watch.look()->has_value());
  const auto made = rotate_keys(file, order(now));
  const auto changed = watch.look();
  ASSERT_TRUE(changed && changed->has_value());
  EXPECT_EQ((*changed)->keys().back().key.kid, made->key.kid);
  EXPECT_FALSE(watch.look()->has_value());
}

TEST_F(KeyRotation, OfAFileThatCannotBeReadFailsUntilItCan) {
  key_watch watch{file, lifetimes};
  ASSERT_TRUE(watch.look());
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  for (int looks = 0; looks < 2; ++looks)
    EXPECT_FALSE(watch.look());
  fs::rename(file, folder.path() / "elsewhere");
  EXPECT_FALSE(watch.look());
  fs::rename(folder.path() / "elsewhere", file);
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  const auto healed = watch.look();
  ASSERT_TRUE(healed && healed->has_value());
  EXPECT_EQ((*healed)->keys().size(), 1U);
}

} // namespace
} // namespace maque::security

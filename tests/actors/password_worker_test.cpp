#include "actor_world.hpp"
#include "actors/password_hasher.hpp"
#include "actors/password_worker.hpp"
#include "domain/limits.hpp"
#include "security/password_hash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace maque {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

// mkpasswd -m bcrypt 'correct horse'
constexpr const char* of_bcrypt = "$2b$05$jGBoufiJFMtEYGkj4DmsNuFvpZLoMgDT9Nay7rcdKwlorzdYvQBWS";

/// The hasher with its real workers, of which there are two.
class PasswordWorkers : public testing::Test {
protected:
  void SetUp() override {
    const auto start_worker = [this](std::uint32_t) {
      return spawn_detached<password_hasher_actor, password_worker_state>(
          world.system, world.add_meter(), policy.parameters, std::ref(world.log));
    };
    hasher = world.keep(spawn_coordinator<hashing_pool_actor, password_hasher_state>(
        world.system, world.add_meter(), policy,
        password_hasher_state::worker_starter{start_worker}));
  }

  pending_reply<password_verified> ask(const std::string& text, const std::string& stored) {
    return world.ask<password_verified>(hasher, in_time(), verify_password{secret{text}, stored});
  }
  password_verified verify(const std::string& text, const std::string& stored) {
    auto asked = ask(text, stored);
    return value_of(asked);
  }
  std::string hash(const std::string& text) {
    auto asked = world.ask<password_hashed>(hasher, in_time(), hash_password{secret{text}});
    return value_of(asked).phc;
  }
  std::chrono::nanoseconds time_of(const std::string& text, const std::string& stored) {
    const auto begin = std::chrono::steady_clock::now();
    verify(text, stored);
    return std::chrono::steady_clock::now() - begin;
  }

  actor_world world;
  hasher_policy policy{.workers = 2, .queue = 1'000};
  hashing_pool_actor hasher;
};

TEST_F(PasswordWorkers, VerifyWhatTheyHashed) {
  const std::string stored = hash("correct horse");
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
  const auto right = verify("correct horse", stored);
  EXPECT_TRUE(right.matches);
  EXPECT_EQ(right.upgraded, std::nullopt);
  EXPECT_FALSE(verify("wrong horse", stored).matches);
}

TEST_F(PasswordWorkers, ReplaceAnOutdatedHashOnceThePasswordMatches) {
  const std::string weaker =
      "$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$Qs0cyJMGlKc1xklK2kcwc4/Q98daxtHqTLbFjG0oF8I";
  for (const std::string& outdated : {std::string{of_bcrypt}, weaker}) {
    const auto wrong = verify("wrong horse", outdated);
    EXPECT_FALSE(wrong.matches);
    EXPECT_EQ(wrong.upgraded, std::nullopt);
    const auto right = verify("correct horse", outdated);
    EXPECT_TRUE(right.matches);
    ASSERT_TRUE(right.upgraded);
    const auto again = verify("correct horse", *right.upgraded);
    EXPECT_TRUE(again.matches);
    EXPECT_EQ(again.upgraded, std::nullopt);
  }
}

TEST_F(PasswordWorkers, MatchNothingWithoutAnAccount) {
  for (const char* const text : {"", "correct horse"}) {
    const auto verdict = verify(text, "");
    EXPECT_FALSE(verdict.matches);
    EXPECT_EQ(verdict.upgraded, std::nullopt);
  }
  EXPECT_THAT(world.logged(), Not(HasSubstr("can't be used")));
}

TEST_F(PasswordWorkers, LogAHashThatCannotBeUsedWithoutItsContent) {
  EXPECT_FALSE(verify("correct horse", "$argon2id$v=18$secret").matches);
  EXPECT_THAT(world.logged(), HasSubstr("a stored password hash can't be used"));
  EXPECT_THAT(world.logged(), HasSubstr("argon2id: not of version 19"));
  EXPECT_THAT(world.logged(), Not(HasSubstr("secret")));
}

// The quickest of some, taken in turns: what else the machine does makes it slower only.
TEST_F(PasswordWorkers, Asvs6_3_8_TakeAsLongForNobodyAsForAWrongPassword) {
  const std::string stored = hash("correct horse");
  auto wrong = std::chrono::nanoseconds::max();
  auto nobody = wrong;
  auto unusable = wrong;
  for (int i = 0; i < 10; ++i) {
    wrong = std::min(wrong, time_of("wrong horse", stored));
    nobody = std::min(nobody, time_of("wrong horse", ""));
    unusable = std::min(unusable, time_of("wrong horse", "not a hash"));
  }
  for (const auto& each : {nobody, unusable}) {
    EXPECT_GT(each * 3, wrong * 2);
    EXPECT_LT(each * 2, wrong * 3);
  }
}

std::size_t peak_memory_kib() {
  std::ifstream status{"/proc/self/status"};
  std::string name;
  while (status >> name) {
    std::size_t kib = 0;
    if (name == "VmHWM:" && status >> kib) return kib;
  }
  throw std::runtime_error{"/proc has no VmHWM"};
}

void forget_peak_memory() {
  std::ofstream{"/proc/self/clear_refs"} << "5"; // proc(5)
}

TEST_F(PasswordWorkers, Asvs15_4_4_TakeNoMoreMemoryThanTheirNumberTimesThatOfAHash) {
  const std::string stored = hash("correct horse");
  forget_peak_memory();
  const std::size_t before = peak_memory_kib();
  std::vector<pending_reply<password_verified>> asked;
  for (int i = 0; i < 60; ++i)
    asked.push_back(ask("wrong horse", i % 2 == 0 ? stored : of_bcrypt));
  for (auto& each : asked)
    EXPECT_FALSE(value_of(each).matches);
  const std::size_t used = peak_memory_kib() - before;
  EXPECT_GT(used, 46U * 1024) << "not measured";
  EXPECT_LT(used, (2U * 46 + 16) * 1024);
}

std::size_t threads_of_niceness(int niceness) {
  const std::filesystem::directory_iterator tasks{"/proc/self/task"};
  return static_cast<std::size_t>(std::count_if(begin(tasks), end(tasks), [&](const auto& task) {
    const auto thread = static_cast<id_t>(std::stoul(task.path().filename().string()));
    return getpriority(PRIO_PROCESS, thread) == niceness;
  }));
}

TEST_F(PasswordWorkers, Asvs15_4_4_GiveWayToOtherThreads) {
  const int own = getpriority(PRIO_PROCESS, 0);
  hash("so that they run");
  EXPECT_TRUE(eventually([] { return threads_of_niceness(limits::password_niceness) == 2; }));
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), own);
}

} // namespace
} // namespace maque

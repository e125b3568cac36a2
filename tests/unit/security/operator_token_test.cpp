#include "security/operator_token.hpp"
#include "security/random.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

namespace maque::security {
namespace {

using ::testing::HasSubstr;

class OperatorTokens : public testing::Test {
protected:
  OperatorTokens() { initialize(); }

  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream{file} << text;
    ::chmod(file.c_str(), mode);
  }
  std::string refusal() {
    const auto token = load_or_make_operator_token(file);
    return token ? "taken" : token.error().cause;
  }

  maque::test::temporary_folder folder;
  const std::filesystem::path file = folder.path() / "operator.token";
};

TEST_F(OperatorTokens, AreMadeOnceWith256RandomBits) {
  const auto made = load_or_make_operator_token(file).value();
  EXPECT_TRUE(made.is_new);
  EXPECT_EQ(made.text.reveal().size(), 43U);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const auto known = load_or_make_operator_token(file).value();
  EXPECT_FALSE(known.is_new);
  EXPECT_EQ(known.text.reveal(), made.text.reveal());
}

TEST_F(OperatorTokens, AreALineOfSomeLength) {
  for (const std::string& good : {std::string(32, 'x'), std::string(1024, '~') + "\n"}) {
    write(good);
    EXPECT_EQ(load_or_make_operator_token(file).value().text.reveal(),
              good.substr(0, good.find('\n')));
  }
  for (const std::string& bad : {std::string{}, std::string(31, 'x'), std::string(1025, 'x'),
                                 std::string(40, 'x') + "\n\n", std::string(40, ' ')}) {
    write(bad);
    EXPECT_THAT(refusal(), HasSubstr("is not a line of")) << bad;
  }
}

TEST_F(OperatorTokens, AreRefusedFromFilesOfOthers) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    write(std::string(43, 'x'), mode);
    EXPECT_THAT(refusal(), HasSubstr("is open to other users")) << mode;
  }
  std::filesystem::remove(file);
  std::filesystem::create_symlink("elsewhere", file);
  EXPECT_THAT(refusal(), HasSubstr("is a symbolic link"));
}

} // namespace
} // namespace maque::security

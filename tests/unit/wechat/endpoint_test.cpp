#include "samples.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace maque::wechat {
namespace {

TEST(Endpoints, HaveANameEach) {
  std::set<std::string_view> names;
  for (const endpoint which : all_endpoints())
    names.insert(to_string(which));
  EXPECT_EQ(names.size(), 12U);
  EXPECT_EQ(names.count(""), 0U);
  EXPECT_EQ(to_string(endpoint::code2session), "code2session");
  EXPECT_EQ(to_string(endpoint::rid), "rid");
}

TEST(Endpoints, AreFoundByTheOrder) {
  const auto& samples = test::samples();
  ASSERT_EQ(samples.size(), all_endpoints().size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].which, all_endpoints()[i]);
    EXPECT_EQ(endpoint_of(samples[i].order), samples[i].which) << to_string(samples[i].which);
  }
}

TEST(Endpoints, NeedAnAccessTokenUnlessTheyLogInOrFetchOne) {
  for (const endpoint which : all_endpoints())
    EXPECT_EQ(needs_access_token(which),
              which != endpoint::code2session && which != endpoint::stable_token)
        << to_string(which);
}

} // namespace
} // namespace maque::wechat

#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

class PublishedConfig : public store_test {
protected:
  std::uint64_t set(std::string key, std::optional<std::string> json) {
    return expect<std::uint64_t>(set_config_value{std::move(key), std::move(json), noon});
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PublishedConfig, engines(), name_of);

TEST_P(PublishedConfig, IsEmptyAtFirst) {
  EXPECT_EQ(value_of(reader->config_version()), 0U);
  EXPECT_EQ(value_of(reader->load_config()), config_snapshot{});
}

TEST_P(PublishedConfig, CountsItsVersionsAndSortsItsKeysByBytes) {
  EXPECT_EQ(set("b", "1"), 1U);
  EXPECT_EQ(set("a", R"({"x":"雀"})"), 2U);
  EXPECT_EQ(set("B", "true"), 3U);
  EXPECT_EQ(set("b", "2"), 4U);
  EXPECT_EQ(value_of(reader->config_version()), 4U);
  const config_snapshot wanted{.version = 4,
                               .entries = {{"B", "true"}, {"a", R"({"x":"雀"})"}, {"b", "2"}}};
  EXPECT_EQ(value_of(reader->load_config()), wanted);
}

TEST_P(PublishedConfig, MakesANewVersionWhenAKeyIsRemovedAndCountsOn) {
  set("a", "1");
  set("b", "2");
  EXPECT_EQ(set("a", std::nullopt), 3U);
  EXPECT_EQ(value_of(reader->load_config()),
            (config_snapshot{.version = 3, .entries = {{"b", "2"}}}));
  EXPECT_EQ(set("b", std::nullopt), 4U);
  EXPECT_EQ(value_of(reader->load_config()), (config_snapshot{.version = 4, .entries = {}}));
  EXPECT_EQ(set("a", "1"), 5U);
}

TEST_P(PublishedConfig, StaysAtItsVersionWhenNothingChanges) {
  EXPECT_EQ(set("absent", std::nullopt), 0U);
  EXPECT_EQ(set("a", "1"), 1U);
  EXPECT_EQ(set("b", "1"), 2U);
  EXPECT_EQ(set("a", "1"), 2U);
  EXPECT_EQ(set("absent", std::nullopt), 2U);
  EXPECT_EQ(value_of(reader->config_version()), 2U);
}

TEST_P(PublishedConfig, CountsUpInsideABatch) {
  const std::vector<write_request> requests{set_config_value{"a", "1", noon},
                                            set_config_value{"", "refused", noon},
                                            set_config_value{"a", "2", noon}};
  const auto outcomes = writer->apply(requests);
  EXPECT_EQ(std::get<std::uint64_t>(value_of(outcomes.at(0))), 1U);
  EXPECT_EQ(code_of(outcomes.at(1)), errc::internal);
  EXPECT_EQ(std::get<std::uint64_t>(value_of(outcomes.at(2))), 2U);
}

} // namespace
} // namespace maque::db::test

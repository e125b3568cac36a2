#include "wechat/api.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::wechat {
namespace {

struct row {
  int errcode;
  errc meaning;
  bool operator_has_to_act;
};

class ErrcodeTable : public testing::TestWithParam<row> {};

TEST_P(ErrcodeTable, GivesOurErrorAndAdviceWhereTheOperatorCanHelp) {
  const auto& [errcode, meaning, operator_has_to_act] = GetParam();
  const error mapped = map_errcode(errcode, "some text, rid: 60f6a5e5-5b1ae8c5-2e6c8e4b");

  EXPECT_EQ(mapped.code, meaning);
  EXPECT_EQ(mapped.hint, "");
  EXPECT_EQ(mapped.cause.find("advice: ") != std::string::npos, operator_has_to_act)
      << mapped.cause;
  const std::string start =
      "WeChat errcode " + std::to_string(errcode) + ": some text, rid 60f6a5e5-5b1ae8c5-2e6c8e4b";
  EXPECT_TRUE(mapped.cause.starts_with(start)) << mapped.cause;
  EXPECT_EQ(mapped.retry_after.has_value(), errcode == 45011);
}

INSTANTIATE_TEST_SUITE_P(
    EveryRow, ErrcodeTable,
    testing::Values(
        row{-1, errc::wechat_unavailable, false}, row{40001, errc::wechat_rejected_us, true},
        row{40003, errc::invalid_field, false}, row{40013, errc::wechat_rejected_us, true},
        row{40014, errc::wechat_unavailable, false}, row{40029, errc::invalid_code, false},
        row{40125, errc::wechat_rejected_us, true}, row{40163, errc::invalid_code, false},
        row{40164, errc::wechat_rejected_us, true}, row{40226, errc::user_blocked_by_wechat, false},
        row{41002, errc::wechat_rejected_us, true}, row{41004, errc::wechat_rejected_us, true},
        row{41008, errc::invalid_code, false}, row{42001, errc::wechat_unavailable, false},
        row{43104, errc::invalid_field, false}, row{45009, errc::wechat_unavailable, true},
        row{45011, errc::too_many_requests, false}, row{48001, errc::wechat_rejected_us, true},
        row{50002, errc::user_blocked_by_wechat, false}, row{47001, errc::wechat_rejected_us, true},
        row{99999, errc::wechat_rejected_us, true}),
    [](const auto& tested) {
      const std::string number = std::to_string(tested.param.errcode);
      return number.starts_with('-') ? "minus" + number.substr(1) : number;
    });

TEST(Errcodes, TellTheClientOf45011ToWaitForAMinute) {
  EXPECT_EQ(map_errcode(45011, "").retry_after, std::chrono::seconds{60});
}

struct message_case {
  std::string errmsg;
  std::string cause;
};

TEST(Errcodes, QuoteTheMessageHarmlessly) {
  const message_case cases[] = {
      {"", "WeChat errcode 40029"},
      {"invalid code", "WeChat errcode 40029: invalid code"},
      {"rid: 0a-1b-2c", "WeChat errcode 40029, rid 0a-1b-2c"},
      {"invalid code, rid: 0a-1b-2c", "WeChat errcode 40029: invalid code, rid 0a-1b-2c"},
      {"invalid code rid: 0a-1b-2c\nforged", "WeChat errcode 40029: invalid code, rid 0a-1b-2c"},
      {"invalid code, rid: ", "WeChat errcode 40029: invalid code"},
      {"a\nb\tc\x7f"
       "d\xe9\xba\xbb",
       "WeChat errcode 40029: a?b?c?d???"},
      {std::string(5000, 'x'), "WeChat errcode 40029: " + std::string(256, 'x')},
      {"rid: " + std::string(5000, 'a'), "WeChat errcode 40029, rid " + std::string(64, 'a')},
  };
  for (const auto& [errmsg, cause] : cases)
    EXPECT_EQ(map_errcode(40029, errmsg).cause, cause);
}

} // namespace
} // namespace maque::wechat

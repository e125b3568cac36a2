#include "wechat/api.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::wechat {
namespace {

struct row {
  int errcode;
  errc meaning;
  bool operator_has_to_act = false;
  std::string_view hint{};
  endpoint where = endpoint::subscribe_send;
};

class ErrcodeTable : public testing::TestWithParam<row> {};

TEST_P(ErrcodeTable, GivesOurErrorAndAdviceWhereTheOperatorCanHelp) {
  const auto& [errcode, meaning, operator_has_to_act, hint, where] = GetParam();
  const error mapped = map_errcode(where, errcode, "some text, rid: 60f6a5e5-5b1ae8c5-2e6c8e4b");

  EXPECT_EQ(mapped.code, meaning);
  EXPECT_EQ(mapped.hint, hint);
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
        row{-1, errc::wechat_unavailable}, row{40001, errc::wechat_unavailable},
        row{40001, errc::wechat_rejected_us, true, "", endpoint::code2session},
        row{40001, errc::wechat_rejected_us, true, "", endpoint::stable_token},
        row{40003, errc::invalid_field, false, "openid"},
        row{40013, errc::wechat_rejected_us, true}, row{40014, errc::wechat_unavailable},
        row{40029, errc::invalid_code}, row{40037, errc::invalid_field, false, "template_id"},
        row{40097, errc::invalid_field}, row{40125, errc::wechat_rejected_us, true},
        row{40129, errc::invalid_field, false, "scene"},
        row{40159, errc::invalid_field, false, "path"}, row{40163, errc::invalid_code},
        row{40164, errc::wechat_rejected_us, true}, row{40165, errc::invalid_field, false, "path"},
        row{40169, errc::invalid_field, false, "scene"},
        row{40212, errc::invalid_field, false, "query"}, row{40226, errc::user_blocked_by_wechat},
        row{40243, errc::wechat_rejected_us, true}, row{41002, errc::wechat_rejected_us, true},
        row{41004, errc::wechat_rejected_us, true}, row{41008, errc::invalid_code},
        row{41030, errc::invalid_field, false, "page"}, row{42001, errc::wechat_unavailable},
        row{43101, errc::subscription_refused}, row{43104, errc::invalid_field, false, "openid"},
        row{45009, errc::wechat_unavailable, true}, row{45011, errc::too_many_requests},
        row{47001, errc::wechat_rejected_us, true}, row{47003, errc::invalid_field},
        row{48001, errc::wechat_rejected_us, true}, row{50002, errc::user_blocked_by_wechat},
        row{61010, errc::invalid_field, false,
            "openid: not seen in the mini-program for two hours"},
        row{76001, errc::invalid_field, false, "rid"},
        row{76002, errc::invalid_field, false, "rid"},
        row{76021, errc::invalid_field, false, "cgi_path"},
        row{85401, errc::invalid_field, false, "days"}, row{87009, errc::session_key_missing},
        row{89503, errc::wechat_rejected_us, true}, row{99999, errc::wechat_rejected_us, true}),
    [](const auto& tested) {
      std::string name = std::to_string(tested.param.errcode);
      if (name.starts_with('-')) name = "minus" + name.substr(1);
      return name.append("_of_").append(to_string(tested.param.where));
    });

TEST(Errcodes, TellTheClientOf45011ToWaitForAMinute) {
  EXPECT_EQ(map_errcode(endpoint::code2session, 45011, "").retry_after, std::chrono::seconds{60});
}

struct named_field {
  std::string errmsg;
  std::string hint;
};

TEST(Errcodes, TellWhichFieldOfAMessageIsWrongIfItsNameIsHarmless) {
  const named_field cases[] = {
      {"argument invalid! data.thing1.value invalid rid: 1-2", "thing1"},
      {"argument invalid! data.character_string12.value is empty", "character_string12"},
      {"argument invalid! data.thing1", "thing1"},
      {"argument invalid!", ""},
      {"argument invalid! data.", ""},
      {"argument invalid! data..value", ""},
      {"argument invalid! data.<b>.value", ""},
      {"argument invalid! data.thing\n1.value", ""},
      {"argument invalid! data." + std::string(32, 'x') + ".value", std::string(32, 'x')},
      {"argument invalid! data." + std::string(33, 'x') + ".value", ""},
  };
  for (const auto& [errmsg, hint] : cases)
    EXPECT_EQ(map_errcode(endpoint::subscribe_send, 47003, errmsg).hint, hint) << errmsg;
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
    EXPECT_EQ(map_errcode(endpoint::code2session, 40029, errmsg).cause, cause);
}

} // namespace
} // namespace maque::wechat

#include "fakes.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

/// What is sent for arguments that the samples don't have.
namespace maque::wechat {
namespace {

using nlohmann::json;
using test::scripted_transport;
using test::text_reply;

call_outcome call_in(scripted_transport& via, const wechat_order& order) {
  return call(via, test::sample_app(), order, secret{"the-token"}, steady_time::max());
}

json body_of(const wechat_order& order) {
  scripted_transport via{{text_reply("{}")}};
  EXPECT_FALSE(call_in(via, order).token_refused);
  return json::parse(via.bodies.at(0).value_or("null"));
}

TEST(Arguments, AreLeftOutWhereTheyAreEmpty) {
  EXPECT_EQ(body_of(check_text{"wx1", "o1", "text"}),
            (json{{"content", "text"}, {"version", 2}, {"scene", 2}, {"openid", "o1"}}));
  EXPECT_EQ(body_of(send_subscribe_message{"wx1", "o1", "t1", R"({"a":{"value":"b"}})"}),
            (json{{"touser", "o1"},
                  {"template_id", "t1"},
                  {"data", {{"a", {{"value", "b"}}}}},
                  {"miniprogram_state", "formal"}}));
  EXPECT_EQ(body_of(make_code_image{"wx1", "a"}), (json{{"scene", "a"},
                                                        {"check_path", true},
                                                        {"env_version", "release"},
                                                        {"width", 430},
                                                        {"is_hyaline", false}}));
  EXPECT_EQ(body_of(make_url_link{"wx1"}), (json{{"env_version", "release"},
                                                 {"is_expire", true},
                                                 {"expire_type", 1},
                                                 {"expire_interval", 30}}));
  EXPECT_EQ(body_of(make_scheme{"wx1"})["jump_wxa"], (json{{"env_version", "release"}}));
  EXPECT_EQ(body_of(fetch_access_token{"wx1"})["force_refresh"], false);
}

struct version_case {
  program_version version;
  const char* of_a_link;
  const char* of_a_message;
};

TEST(Arguments, NameTheVersionAsEachPageDoes) {
  const version_case cases[] = {{program_version::release, "release", "formal"},
                                {program_version::trial, "trial", "trial"},
                                {program_version::develop, "develop", "developer"}};
  for (const auto& [version, of_a_link, of_a_message] : cases) {
    EXPECT_EQ(body_of(make_url_link{"wx1", "", "", version})["env_version"], of_a_link);
    EXPECT_EQ(body_of(send_subscribe_message{"wx1", "o1", "t1", R"({"a":{"value":"b"}})", "",
                                             version})["miniprogram_state"],
              of_a_message);
  }
}

struct wrong_argument {
  wechat_order order;
  const char* hint;
};

TEST(Arguments, ThatCantBeSentAreRefusedAndNothingIsSent) {
  const std::string bad = "\xff\xfe";
  const auto message = [](std::string data) {
    return send_subscribe_message{"wx1", "o1", "t1", std::move(data)};
  };
  const char* shape = "data: not an object of {\"value\": text}";
  const wrong_argument all[] = {
      {check_text{"wx1", "o1", bad}, "content: not UTF-8"},
      {check_text{"wx1", bad, "text"}, "openid: not UTF-8"},
      {check_text{"wx1", "o1", "text", 1, bad}, "title: not UTF-8"},
      {check_text{"wx1", "o1", "text", 1, "", bad}, "nickname: not UTF-8"},
      {check_text{"wx1", "o1", "text", 1, "", "", bad}, "signature: not UTF-8"},
      {find_phone_number{"wx1", bad}, "code: not UTF-8"},
      {make_code_image{"wx1", bad}, "scene: not UTF-8"},
      {make_code_image{"wx1", "a", bad}, "page: not UTF-8"},
      {make_scheme{"wx1", bad}, "path: not UTF-8"},
      {make_scheme{"wx1", "", bad}, "query: not UTF-8"},
      {make_url_link{"wx1", bad}, "path: not UTF-8"},
      {find_quota{"wx1", bad}, "cgi_path: not UTF-8"},
      {find_rid{"wx1", bad}, "rid: not UTF-8"},
      {send_subscribe_message{"wx1", "o1", bad, R"({"a":{"value":"b"}})"},
       "template_id: not UTF-8"},
      {message(""), shape},
      {message("{}"), shape},
      {message("{"), shape},
      {message("[]"), shape},
      {message(R"({"a":"b"})"), shape},
      {message(R"({"a":{"value":1}})"), shape},
      {message(R"({"a":{"value":"b","color":"c"}})"), shape},
      {message(R"({"a":{"text":"b"}})"), shape},
      {message("{\"a\":{\"value\":\"\xff\"}}"), shape},
  };
  for (const auto& [order, hint] : all) {
    scripted_transport via{{text_reply("{}")}};
    const auto outcome = call_in(via, order);
    ASSERT_FALSE(outcome.answer) << hint;
    EXPECT_EQ(outcome.answer.error().code, errc::invalid_field);
    EXPECT_EQ(outcome.answer.error().hint, hint);
    EXPECT_EQ(outcome.health, endpoint_health::good);
    EXPECT_TRUE(via.targets.empty()) << hint;
  }
}

} // namespace
} // namespace maque::wechat

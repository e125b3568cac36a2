#include "domain/limits.hpp"
#include "wechat/push_message.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace maque::wechat {
namespace {

using testing::ElementsAre;

/// The same push in both forms, as the pages of WeChat show them.
const std::string popup_xml = R"(<xml>
<ToUserName><![CDATA[gh_123456789abc]]></ToUserName>
<FromUserName><![CDATA[otFpruAK8D-E6EfStSYonYSBZ8_4]]></FromUserName>
<CreateTime>1610969440</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[subscribe_msg_popup_event]]></Event>
<SubscribeMsgPopupEvent>
<List><TemplateId><![CDATA[first]]></TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>
<List><TemplateId><![CDATA[second]]></TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>
</SubscribeMsgPopupEvent>
</xml>)";
const std::string popup_json = R"({"ToUserName":"gh_123456789abc",
"FromUserName":"otFpruAK8D-E6EfStSYonYSBZ8_4","CreateTime":"1610969440","MsgType":"event",
"Event":"subscribe_msg_popup_event",
"List":[{"TemplateId":"first","SubscribeStatusString":"accept"},
{"TemplateId":"second","SubscribeStatusString":"reject"}]})";

std::string xml(const std::string& more) {
  return "<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>" +
         more + "</xml>";
}
std::string json(const std::string& more) {
  return R"({"FromUserName":"o1","CreateTime":1,"MsgType":"text")" + more + "}";
}

push_message read(const std::string& document) {
  const auto outcome = read_push_message("wx1", document);
  EXPECT_TRUE(outcome) << document << info(outcome.error().code).name << outcome.error().hint;
  return outcome.value_or(push_message{});
}

void expect_failure(const std::string& document, errc expected) {
  const auto outcome = read_push_message("wx1", document);
  ASSERT_FALSE(outcome) << document.substr(0, 200);
  EXPECT_EQ(outcome.error().code, expected) << document.substr(0, 200);
}

std::vector<std::string> texts_of(const push_node& list, const char* name) {
  std::vector<std::string> texts;
  for (const push_node& each : list.children)
    if (each.name == "List") texts.emplace_back(each.text_of(name));
  return texts;
}

TEST(PushMessage, IsReadFromXml) {
  const auto pushed = read(popup_xml);
  EXPECT_EQ(pushed.appid, "wx1");
  EXPECT_EQ(pushed.to_user, "gh_123456789abc");
  EXPECT_EQ(pushed.from_user, "otFpruAK8D-E6EfStSYonYSBZ8_4");
  EXPECT_EQ(pushed.created_at, 1610969440);
  EXPECT_EQ(pushed.type, "event");
  EXPECT_EQ(pushed.event, "subscribe_msg_popup_event");
  EXPECT_EQ(pushed.message_id, "");
  const push_node* const list = pushed.content.find("SubscribeMsgPopupEvent");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->text, "");
  EXPECT_THAT(texts_of(*list, "TemplateId"), ElementsAre("first", "second"));
  EXPECT_THAT(texts_of(*list, "SubscribeStatusString"), ElementsAre("accept", "reject"));
}

TEST(PushMessage, IsReadFromJson) {
  const auto pushed = read(popup_json);
  EXPECT_EQ(pushed.to_user, "gh_123456789abc");
  EXPECT_EQ(pushed.from_user, "otFpruAK8D-E6EfStSYonYSBZ8_4");
  EXPECT_EQ(pushed.created_at, 1610969440);
  EXPECT_EQ(pushed.event, "subscribe_msg_popup_event");
  EXPECT_THAT(texts_of(pushed.content, "TemplateId"), ElementsAre("first", "second"));
  EXPECT_THAT(texts_of(pushed.content, "SubscribeStatusString"), ElementsAre("accept", "reject"));
}

TEST(PushMessage, HasAListOfOneWhetherWeChatSendsAnArrayOrNot) {
  for (const char* const list : {R"([{"TemplateId":"t"}])", R"({"TemplateId":"t"})"})
    EXPECT_THAT(texts_of(read(json(std::string{R"(,"List":)"} + list)).content, "TemplateId"),
                ElementsAre("t"));
}

TEST(PushMessage, KeepsNumbersAsTheyAre) {
  EXPECT_EQ(read(xml("<MsgId>6054768590064713728</MsgId>")).message_id, "6054768590064713728");
  EXPECT_EQ(read(json(R"(,"MsgId":18446744073709551615)")).message_id, "18446744073709551615");
  const auto pushed = read(json(R"(,"a":-1,"b":0.10,"c":true,"d":null,"e":[1,[2]],"f":[],"g":{})"));
  EXPECT_EQ(pushed.content.text_of("a"), "-1");
  EXPECT_EQ(pushed.content.text_of("b"), "0.10");
  EXPECT_EQ(pushed.content.text_of("c"), "true");
  EXPECT_EQ(pushed.content.text_of("d"), "");
  EXPECT_EQ(pushed.content.count("e"), 2U);
  EXPECT_EQ(pushed.content.count("f"), 0U);
  EXPECT_EQ(pushed.content.count("g"), 1U);
}

TEST(PushMessage, IsInUtf8) {
  EXPECT_EQ(read(xml("<Content><![CDATA[麻雀 <&> 🐦]]></Content>")).content.text_of("Content"),
            "麻雀 <&> 🐦");
  EXPECT_EQ(read(xml("<Content>&lt;&#x9EBB;&amp;</Content>")).content.text_of("Content"), "<麻&");
  EXPECT_EQ(read(json(R"(,"Content":"麻\u96c0 🐦")")).content.text_of("Content"), "麻雀 🐦");
  expect_failure(xml("<Content>\xff</Content>"), errc::malformed_request);
  expect_failure(json(",\"Content\":\"\xff\""), errc::invalid_json);
  // What its declaration says is not believed: each byte would be a character.
  expect_failure("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + xml("<Content>\xe9</Content>"),
                 errc::malformed_request);
}

TEST(PushMessage, IsToldFromAnotherByItsDigest) {
  EXPECT_EQ(read(popup_xml).digest, read(popup_xml).digest);
  EXPECT_NE(read(popup_xml).digest, read(popup_xml + "\n").digest);
  EXPECT_EQ(read(popup_json).digest.size(), 32U);
}

TEST(PushMessage, HasALabelThatIsOneOfFew) {
  push_message pushed = read(popup_xml);
  EXPECT_EQ(push_labels()[push_label_of(pushed)], "subscribe_msg_popup_event");
  for (const char* const other : {"message", "other", "made_up"}) {
    pushed.event = other;
    EXPECT_EQ(push_labels()[push_label_of(pushed)], "other");
  }
  EXPECT_EQ(push_labels()[push_label_of(read(xml("")))], "message");
}

TEST(PushMessage, NeverExpandsAnEntityNorOpensAnything) {
  const std::string laughs = R"(<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha">)"
                             R"(<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">)"
                             R"(<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>)";
  for (const std::string& document : std::vector<std::string>{
           laughs + xml("<Content>&c;</Content>"), laughs + xml(""),
           R"(<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]>)" +
               xml("<Content>&f;</Content>"),
           R"(<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>)" + xml(""),
           R"(<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd">)" + xml(""),
           R"(<!DOCTYPE xml PUBLIC "x" "file:///etc/passwd">)" + xml(""),
           "<!DOCTYPE xml>" + xml(""), xml("<Content>&undeclared;</Content>")})
    expect_failure(document, errc::malformed_request);
}

TEST(PushMessage, IsOneDocumentAndNoPartOfOne) {
  for (std::size_t size = 1; size < popup_xml.size(); ++size)
    expect_failure(popup_xml.substr(0, size), errc::malformed_request);
  for (std::size_t size = 0; size < popup_json.size(); ++size)
    expect_failure(popup_json.substr(0, size), errc::invalid_json);
  expect_failure(xml("") + xml(""), errc::malformed_request);
  expect_failure(xml("") + std::string{"\0", 1}, errc::malformed_request);
  expect_failure(json("") + "{}", errc::invalid_json);
  expect_failure(json("") + std::string{"\0", 1}, errc::invalid_json);
  for (const char* const bad : {"", " ", "null", "[]", "\"x\"", "1", "[{}]", "x"})
    expect_failure(bad, errc::invalid_json);
  for (const char* const bad :
       {"<", "<xml", "<xml/><xml/>", "<html></html>", "<xml></html>", "<?x?>"})
    expect_failure(bad, errc::malformed_request);
}

TEST(PushMessage, HasNoMemberTwice) {
  expect_failure(json(R"(,"MsgType":"event")"), errc::invalid_json);
  expect_failure(json(R"(,"a":{"b":1,"b":2})"), errc::invalid_json);
  expect_failure(json(R"(,"a":[],"a":[1],"a":2)"), errc::invalid_json);
  expect_failure(xml("<MsgType>event</MsgType>"), errc::invalid_field);
  expect_failure(xml("<FromUserName>o2</FromUserName>"), errc::invalid_field);
}

TEST(PushMessage, IsBounded_ASVS_2_2_1) {
  const auto repeat = [](const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
      all += text;
    return all;
  };
  const auto deep_xml = [&](std::size_t depth) {
    return xml(repeat("<a>", depth) + repeat("</a>", depth));
  };
  const auto deep_json = [&](std::size_t depth) {
    return json(R"(,"a":)" + repeat(R"({"a":)", depth) + "1" + repeat("}", depth));
  };
  read(deep_xml(limits::push_depth - 1));
  expect_failure(deep_xml(limits::push_depth), errc::malformed_request);
  expect_failure(deep_xml(5'000), errc::malformed_request);
  read(deep_json(limits::push_depth - 2));
  expect_failure(deep_json(limits::push_depth), errc::invalid_json);
  expect_failure(deep_json(5'000), errc::invalid_json);
  expect_failure(json(R"(,"a":)" + repeat("[", 20'000)), errc::invalid_json);
  expect_failure(json(R"(,"a":)" + repeat("[", 9) + repeat("]", 9)), errc::invalid_json);

  read(xml(repeat("<a/>", limits::push_nodes - 4)));
  expect_failure(xml(repeat("<a/>", limits::push_nodes - 3)), errc::malformed_request);
  read(json(R"(,"a":[0)" + repeat(",0", limits::push_nodes - 5) + "]"));
  expect_failure(json(R"(,"a":[0)" + repeat(",0", limits::push_nodes - 4) + "]"),
                 errc::invalid_json);

  const std::string frame = json(R"(,"a":"")");
  read(json(R"(,"a":")" + std::string(limits::push_body_bytes - frame.size(), 'x') + "\""));
  expect_failure(json(R"(,"a":")" + std::string(limits::push_body_bytes, 'x') + "\""),
                 errc::body_too_large);
}

struct bad_header {
  const char* why;
  std::string document;
};

TEST(PushMessage, SaysWhoseItIsAndWhatAndWhen) {
  const std::vector<bad_header> headers{
      {"no sender", R"({"CreateTime":1,"MsgType":"text"})"},
      {"an empty sender", R"({"FromUserName":"","CreateTime":1,"MsgType":"text"})"},
      {"a sender that is no name", R"({"FromUserName":"a b","CreateTime":1,"MsgType":"text"})"},
      {"a sender with a control character",
       R"({"FromUserName":"a\n","CreateTime":1,"MsgType":"text"})"},
      {"no time", R"({"FromUserName":"o1","MsgType":"text"})"},
      {"a time that is none", R"({"FromUserName":"o1","CreateTime":"x","MsgType":"text"})"},
      {"a time before all", R"({"FromUserName":"o1","CreateTime":-1,"MsgType":"text"})"},
      {"a time too far",
       R"({"FromUserName":"o1","CreateTime":99999999999999999999,"MsgType":"t"})"},
      {"no type", R"({"FromUserName":"o1","CreateTime":1})"},
      {"an object for a type", R"({"FromUserName":"o1","CreateTime":1,"MsgType":{"a":1}})"},
      {"an event without a name", R"({"FromUserName":"o1","CreateTime":1,"MsgType":"event"})"},
      {"a long event", R"({"FromUserName":"o1","CreateTime":1,"MsgType":"event","Event":")" +
                           std::string(limits::push_name_bytes + 1, 'x') + "\"}"}};
  for (const auto& [why, document] : headers) {
    SCOPED_TRACE(why);
    expect_failure(document, errc::invalid_field);
  }
}

TEST(PushMessage, IsReadOrRefusedWithAnyOfItsBitsFlipped) {
  for (const std::string& good : {popup_xml, popup_json})
    for (std::size_t i = 0; i < good.size(); ++i)
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped = good;
        flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
        const auto outcome = read_push_message("wx1", flipped);
        EXPECT_TRUE(outcome || info(outcome.error().code).http_status == 400);
      }
}

} // namespace
} // namespace maque::wechat

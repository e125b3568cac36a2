#include "http/wechat_orders.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"
#include "http/json_body.hpp"
#include "http/login_code.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace maque::http {

namespace {

constexpr std::size_t word_bytes = 16;
constexpr std::array<std::string_view, 4> message_languages{"zh_CN", "en_US", "zh_HK", "zh_TW"};

constexpr bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr bool is_visible_ascii(char c) noexcept {
  return c > ' ' && c < '\x7F';
}

/// As the page of getUnlimitedQRCode has them.
constexpr bool is_scene_character(char c) noexcept {
  return is_letter_or_digit(c) ||
         std::string_view{"!#$&'()*+,/:;=?@-._~"}.find(c) != std::string_view::npos;
}

constexpr bool is_keyword_character(char c) noexcept {
  return is_letter_or_digit(c) || c == '_';
}

/// One that WeChat has made: visible ASCII, and not empty.
std::string take_identifier(json_body& body, std::string_view name, std::size_t max_bytes) {
  std::string text = body.required(name, max_bytes);
  if (text.empty() || !std::ranges::all_of(text, is_visible_ascii))
    body.refuse(name, "has to be visible ASCII");
  return text;
}

program_version take_version(json_body& body) {
  const std::string name = body.optional("version", word_bytes).value_or("release");
  if (name == "trial") return program_version::trial;
  if (name == "develop") return program_version::develop;
  if (name != "release") body.refuse("version", R"(has to be "release", "trial" or "develop")");
  return program_version::release;
}

std::string take_language(json_body& body) {
  std::string language = body.optional("language", word_bytes).value_or("");
  if (!language.empty() &&
      std::ranges::find(message_languages, language) == message_languages.end())
    body.refuse("language", R"(has to be "zh_CN", "en_US", "zh_HK" or "zh_TW")");
  return language;
}

/// Of the page that something leads to. @param name "page" or "path", as WeChat calls it there.
std::string take_page(json_body& body, std::string_view name) {
  return body.optional(name, limits::page_path_bytes).value_or("");
}

/// What is wrong with the keywords and values of a message, or nothing.
std::string_view complain_of_keywords(const nlohmann::json& data) {
  if (data.empty()) return "has to have a keyword";
  for (const auto& [keyword, value] : data.items()) {
    if (keyword.empty() || keyword.size() > limits::template_keyword_bytes ||
        !std::ranges::all_of(keyword, is_keyword_character))
      return "has what is no keyword of a template";
    if (!value.is_object() || value.size() != 1 || !value.contains("value") ||
        !value.at("value").is_string())
      return R"(has to have an object {"value": text} for each keyword)";
  }
  return {};
}

std::string take_template_data(json_body& body) {
  std::string data = body.required_object("data", limits::template_data_bytes);
  if (data.empty()) return data;
  const auto complaint = complain_of_keywords(nlohmann::json::parse(data, nullptr, false));
  if (!complaint.empty()) body.refuse("data", complaint);
  return data;
}

/// What somebody has written, to be checked. Empty if it isn't there.
std::string take_prose(json_body& body, std::string_view name) {
  constexpr std::size_t bytes = limits::checked_text_characters * 4; // As UTF-8 has at most.
  std::string text = body.optional_prose(name, bytes).value_or("");
  if (count_code_points(text).value_or(0) > limits::checked_text_characters)
    body.refuse(name,
                "longer than " + std::to_string(limits::checked_text_characters) + " characters");
  return text;
}

/// Of a URL, without the question mark.
std::string take_query(json_body& body) {
  std::string query = body.optional("query", limits::page_query_bytes).value_or("");
  if (!std::ranges::all_of(query, is_visible_ascii))
    body.refuse("query", "has to be visible ASCII: encode the rest with percent signs");
  return query;
}

link_lifetime take_lifetime(json_body& body) {
  const auto days = body.optional_number("days", 1, limits::link_days_max);
  return {std::chrono::days{days.value_or(limits::link_days_max)}};
}

template <class Order>
result<Order> finish(json_body& body, Order order, const wechat_apps& apps) {
  const auto named = body.optional("appid", limits::appid_bytes);
  if (auto checked = body.finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return choose_app(named, apps).map([&order](std::string&& appid) {
    order.appid = std::move(appid);
    return std::move(order);
  });
}

/// A scheme and a URL link are asked for in the same words.
template <class Order>
result<Order> read_link(const request& incoming, const wechat_apps& apps) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  Order order{.appid = {},
              .path = take_page(*body, "path"),
              .query = take_query(*body),
              .version = take_version(*body),
              .lifetime = take_lifetime(*body)};
  return finish(*body, std::move(order), apps);
}

} // namespace

result<send_subscribe_message> read_subscribe_message(const request& incoming,
                                                      const wechat_apps& apps) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  send_subscribe_message order{.appid = {},
                               .openid = take_identifier(*body, "openid", limits::openid_bytes),
                               .template_id =
                                   take_identifier(*body, "template_id", limits::template_id_bytes),
                               .data_json = take_template_data(*body),
                               .page = take_page(*body, "page"),
                               .version = take_version(*body),
                               .language = take_language(*body)};
  return finish(*body, std::move(order), apps);
}

result<check_text> read_text_check(const request& incoming, const wechat_apps& apps) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  check_text order{.appid = {},
                   .openid = take_identifier(*body, "openid", limits::openid_bytes),
                   .content = take_prose(*body, "content")};
  order.scene = static_cast<std::uint8_t>(body->optional_number("scene", 1, 4).value_or(2));
  order.title = take_prose(*body, "title");
  order.nickname = take_prose(*body, "nickname");
  order.signature = take_prose(*body, "signature");
  if (order.content.empty()) body->refuse("content", "has to be a text that is not empty");
  if (!order.signature.empty() && order.scene != 1)
    body->refuse("signature", "is for scene 1 alone");
  return finish(*body, std::move(order), apps);
}

result<make_code_image> read_code_image(const request& incoming, const wechat_apps& apps) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  make_code_image order{.appid = {}, .scene = body->required("scene", limits::code_scene_bytes)};
  if (order.scene.empty() || !std::ranges::all_of(order.scene, is_scene_character))
    body->refuse("scene", "has to have letters, digits and !#$&'()*+,/:;=?@-._~");
  order.page = take_page(*body, "page");
  if (order.page.starts_with('/'))
    body->refuse("page", R"(has to be without a "/" at its beginning)");
  order.check_path = body->optional_flag("check_path").value_or(true);
  order.version = take_version(*body);
  order.width = static_cast<std::uint16_t>(
      body->optional_number("width", limits::code_width_min, limits::code_width_max)
          .value_or(order.width));
  order.is_hyaline = body->optional_flag("is_hyaline").value_or(false);
  return finish(*body, std::move(order), apps);
}

result<make_scheme> read_scheme(const request& incoming, const wechat_apps& apps) {
  return read_link<make_scheme>(incoming, apps);
}

result<make_url_link> read_url_link(const request& incoming, const wechat_apps& apps) {
  return read_link<make_url_link>(incoming, apps);
}

} // namespace maque::http

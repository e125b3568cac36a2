#include "wechat_simulator/api.hpp"
#include "wechat_simulator/png.hpp"
#include "wechat_simulator/replies.hpp"

#include <algorithm>
#include <functional>

namespace maque::wechat_simulator {
namespace {

constexpr std::size_t scene_characters = 32;
constexpr std::string_view scene_signs = "!#$&'()*+,/:;=?@-._~";
constexpr std::int64_t narrowest = 280;
constexpr std::int64_t widest = 1280;
constexpr std::int64_t usual_width = 430;

bool is_scene(std::string_view text) {
  return !text.empty() && text.size() <= scene_characters && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           scene_signs.find(c) != std::string_view::npos;
  });
}

} // namespace

wechat::reply code_image(const call& from) {
  const std::string scene = text_in(from.body, "scene");
  if (!is_scene(scene)) return error_reply(40169);
  const auto width = number_in(from.body, "width", usual_width);
  if (width < narrowest || width > widest) return error_reply(40097);
  const std::string page = text_in(from.body, "page");
  const bool exists = from.wechat.pages.has(page);
  if (page.starts_with('/') || (flag_in(from.body, "check_path", true) && !exists))
    return error_reply(41030);
  const std::uint64_t seed = std::hash<std::string>{}(from.appid + "\n" + page + "\n" + scene);
  return {
      200, "image/png",
      draw_code(static_cast<std::uint32_t>(width), seed, flag_in(from.body, "is_hyaline", false))};
}

} // namespace maque::wechat_simulator

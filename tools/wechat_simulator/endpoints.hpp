#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace maque::wechat_simulator {

enum class endpoint : std::uint8_t {
  code_to_session,
  stable_token,
  phone_number,
  check_session_key,
  reset_session_key,
  check_text,
  send_message,
  code_image,
  scheme,
  url_link,
  quota,
  rid,
};

struct endpoint_form {
  std::string_view path;
  bool is_post;
  bool needs_token;
};

/// By the number of the endpoint.
inline constexpr std::array endpoint_forms{
    endpoint_form{"/sns/jscode2session", false, false},
    endpoint_form{"/cgi-bin/stable_token", true, false},
    endpoint_form{"/wxa/business/getuserphonenumber", true, true},
    endpoint_form{"/wxa/checksession", false, true},
    endpoint_form{"/wxa/resetusersessionkey", false, true},
    endpoint_form{"/wxa/msg_sec_check", true, true},
    endpoint_form{"/cgi-bin/message/subscribe/send", true, true},
    endpoint_form{"/wxa/getwxacodeunlimit", true, true},
    endpoint_form{"/wxa/generatescheme", true, true},
    endpoint_form{"/wxa/generate_urllink", true, true},
    endpoint_form{"/cgi-bin/openapi/quota/get", true, true},
    endpoint_form{"/cgi-bin/openapi/rid/get", true, true},
};

constexpr std::size_t index_of(endpoint which) noexcept {
  return static_cast<std::size_t>(which);
}

constexpr const endpoint_form& form_of(endpoint which) noexcept {
  return endpoint_forms[index_of(which)];
}

/// The endpoint of a path; nothing if WeChat has none there.
constexpr std::optional<endpoint> find_endpoint(std::string_view path) noexcept {
  for (std::size_t i = 0; i < endpoint_forms.size(); ++i)
    if (endpoint_forms[i].path == path) return static_cast<endpoint>(i);
  return std::nullopt;
}

} // namespace maque::wechat_simulator

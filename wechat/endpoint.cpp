#include "wechat/api.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace maque::wechat {
namespace {

using enum endpoint;

struct endpoint_row {
  endpoint which;
  std::string_view name;
};

constexpr std::array endpoint_rows{
    endpoint_row{code2session, "code2session"},
    endpoint_row{stable_token, "stable_token"},
    endpoint_row{phone_number, "phone_number"},
    endpoint_row{check_session, "check_session"},
    endpoint_row{reset_session_key, "reset_session_key"},
    endpoint_row{msg_sec_check, "msg_sec_check"},
    endpoint_row{subscribe_send, "subscribe_send"},
    endpoint_row{code_image, "code_image"},
    endpoint_row{scheme, "scheme"},
    endpoint_row{url_link, "url_link"},
    endpoint_row{quota, "quota"},
    endpoint_row{rid, "rid"},
};

template <std::size_t... Index>
constexpr auto endpoints_in_order(std::index_sequence<Index...>) {
  return std::array{endpoint_rows[Index].which...};
}

constexpr auto endpoints = endpoints_in_order(std::make_index_sequence<endpoint_rows.size()>{});

constexpr bool rows_stand_in_order() {
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    if (static_cast<std::size_t>(endpoints[i]) != i) return false;
  return endpoints.back() == rid;
}
static_assert(rows_stand_in_order());

/// Overload resolution instead of the variant's index: the variant is ordered otherwise.
struct asked_endpoint {
  endpoint operator()(const exchange_code&) const noexcept { return code2session; }
  endpoint operator()(const fetch_access_token&) const noexcept { return stable_token; }
  endpoint operator()(const find_phone_number&) const noexcept { return endpoint::phone_number; }
  endpoint operator()(const check_session_key&) const noexcept { return check_session; }
  endpoint operator()(const maque::reset_session_key&) const noexcept {
    return endpoint::reset_session_key;
  }
  endpoint operator()(const check_text&) const noexcept { return msg_sec_check; }
  endpoint operator()(const send_subscribe_message&) const noexcept { return subscribe_send; }
  endpoint operator()(const make_code_image&) const noexcept { return endpoint::code_image; }
  endpoint operator()(const make_scheme&) const noexcept { return scheme; }
  endpoint operator()(const make_url_link&) const noexcept { return url_link; }
  endpoint operator()(const find_quota&) const noexcept { return endpoint::quota; }
  endpoint operator()(const find_rid&) const noexcept { return rid; }
};

} // namespace

std::string_view to_string(endpoint which) noexcept {
  return endpoint_rows.at(static_cast<std::size_t>(which)).name;
}

std::span<const endpoint> all_endpoints() noexcept {
  return endpoints;
}

endpoint endpoint_of(const wechat_order& order) noexcept {
  return std::visit(asked_endpoint{}, order);
}

bool needs_access_token(endpoint which) noexcept {
  return which != code2session && which != stable_token;
}

} // namespace maque::wechat

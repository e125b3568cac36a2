#include "wechat/api.hpp"

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

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

// An order's place in the variant is its endpoint's place in the enumeration; a test compares all.
static_assert(std::variant_size_v<wechat_order> == endpoints.size());

} // namespace

std::string_view to_string(endpoint which) noexcept {
  return endpoint_rows.at(static_cast<std::size_t>(which)).name;
}

std::span<const endpoint> all_endpoints() noexcept {
  return endpoints;
}

endpoint endpoint_of(const wechat_order& order) noexcept {
  return endpoints[order.index()];
}

bool needs_access_token(endpoint which) noexcept {
  return which != code2session && which != stable_token;
}

} // namespace maque::wechat

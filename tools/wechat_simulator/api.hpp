#pragma once

#include "wechat/transport.hpp"
#include "wechat_simulator/call.hpp"

/// The endpoints. Each page is one of developers.weixin.qq.com; docs/wechat-simulator.md has what
/// each does and leaves out.
namespace maque::wechat_simulator {

/// Page "code2Session".
wechat::reply code_to_session(const call& from);
/// Page "getStableAccessToken".
wechat::reply stable_token(const call& from);
/// Page "getPhoneNumber".
wechat::reply phone_number(const call& from);
/// Page "checkSessionKey".
wechat::reply check_session_key(const call& from);
/// Page "ResetUserSessionKey".
wechat::reply reset_session_key(const call& from);
/// Page "msgSecCheck".
wechat::reply check_text(const call& from);
/// Page "sendMessage" of subscribe messages.
wechat::reply send_message(const call& from);
/// Page "getUnlimitedQRCode".
wechat::reply code_image(const call& from);
/// Page "generateScheme".
wechat::reply generate_scheme(const call& from);
/// Page "generateUrlLink".
wechat::reply generate_url_link(const call& from);
/// Page "getApiQuota".
wechat::reply find_quota(const call& from);
/// Page "getRidInfo".
wechat::reply find_rid_details(const call& from);

} // namespace maque::wechat_simulator

#pragma once

#include "wechat/api.hpp"

#include <optional>
#include <string>
#include <vector>

namespace maque::wechat::test {

/// One order for each endpoint, and the conversation that it makes with WeChat.
struct sample {
  endpoint which;
  wechat_order order;
  std::string target;
  std::optional<std::string> body; ///< As JSON; none: a GET.
  std::string good_reply;
  std::vector<std::string> required; ///< JSON pointers to what no good reply can be without.
  std::vector<std::string> hidden;   ///< What no log may have of this call.
};

/// All of them have this secret and, where it is needed, this access token.
extern const std::string sample_secret;
extern const std::string sample_token;

app_credentials sample_app();

/// The token, or an empty one for an endpoint that needs none.
secret token_for(endpoint which);

/// In the order of the endpoints.
const std::vector<sample>& samples();

} // namespace maque::wechat::test

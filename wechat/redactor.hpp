#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maque::wechat {

/// Everything but the unreserved characters is encoded (RFC 3986, section 2.3).
std::string percent_encode(std::string_view text);

/// Takes what must not be logged out of texts that others wrote: an errmsg, or a page of some
/// proxy, may quote the request.
class redactor {
public:
  /// Hides `value` as it is and as a target has it. Values of less than 8 characters stay: real
  /// secrets and codes have 32, and a client may send a code like "e", with which the texts would
  /// be gone.
  void hide(std::string_view value);

  std::string clean(std::string text) const;

private:
  std::vector<std::string> hidden_;
};

} // namespace maque::wechat

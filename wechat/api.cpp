#include "wechat/api.hpp"

#include "wechat/bounds.hpp"
#include "wechat/decode.hpp"

#include <array>
#include <utility>

namespace maque::wechat {
namespace {

constexpr int busy = -1;

/// Everything but the unreserved characters is encoded (RFC 3986, section 2.3).
std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte >> 4U], digits[byte & 0x0FU]};
    }
  }
  return encoded;
}

std::string code_to_session_target(const app_credentials& app, std::string_view code) {
  return "/sns/jscode2session?appid=" + percent_encode(app.appid) +
         "&secret=" + percent_encode(app.app_secret.reveal()) + "&js_code=" + percent_encode(code) +
         "&grant_type=authorization_code";
}

/// Takes what must not be logged out of texts that others wrote: an errmsg, or a page of some
/// proxy, may quote the request.
class redactor {
public:
  redactor(const secret& app_secret, std::string_view code)
      : hidden_{app_secret.reveal(), percent_encode(app_secret.reveal()), std::string{code},
                percent_encode(code)} {}

  std::string clean(std::string text) const {
    for (const auto& value : hidden_)
      replace_all(text, value);
    return text;
  }

private:
  /// Real secrets and codes have 32 characters. A client may send a code like "e", and the texts
  /// would be gone.
  static constexpr std::size_t shortest = 8;
  static constexpr std::string_view mark = "[redacted]";

  static void replace_all(std::string& text, const std::string& value) {
    if (value.size() < shortest) return;
    for (auto at = text.find(value); at != std::string::npos;
         at = text.find(value, at + mark.size()))
      text.replace(at, value.size(), mark);
  }

  std::array<std::string, 4> hidden_;
};

using answer = std::variant<identity, refusal>;

result<answer> ask(transport& via, const std::string& target, steady_time deadline) {
  const auto received = via.get(target, deadline);
  if (!received) return tl::make_unexpected(received.error());
  auto decoded = decode_reply(*received);
  if (!decoded) return tl::make_unexpected(std::move(decoded).error());
  if (auto* no = std::get_if<refusal>(&*decoded)) return answer{std::move(*no)};
  return decode_identity(std::get<nlohmann::json>(*decoded)).map([](identity&& who) {
    return answer{std::move(who)};
  });
}

/// Waits before try number `next` (2 is the second): between half and all of a pause that doubles
/// with every try. Doesn't wait, and says no, if the deadline would be over by then.
bool back_off(pacer& time, int next, steady_time deadline) {
  const auto longest = bounds::first_back_off * (1 << (next - 2));
  const auto pause =
      std::chrono::duration_cast<steady_time::duration>(longest * (0.5 + 0.5 * time.jitter()));
  const steady_time end = time.now() + pause;
  if (end >= deadline) return false;
  time.wait_until(end);
  return true;
}

} // namespace

result<identity> code_to_session(transport& via, const app_credentials& app, std::string_view code,
                                 steady_time deadline, pacer& time) {
  const std::string target = code_to_session_target(app, code);
  const redactor hide{app.app_secret, code};

  for (int attempt = 1;; ++attempt) {
    auto answered = ask(via, target, deadline);
    if (!answered) {
      error failure = std::move(answered).error();
      failure.cause = hide.clean(std::move(failure.cause));
      return tl::make_unexpected(std::move(failure));
    }
    if (auto* who = std::get_if<identity>(&*answered)) return std::move(*who);

    const auto& no = std::get<refusal>(*answered);
    const bool again =
        no.errcode == busy && attempt < bounds::busy_tries && back_off(time, attempt + 1, deadline);
    if (!again) return tl::make_unexpected(map_errcode(no.errcode, hide.clean(no.errmsg)));
  }
}

result<identity> code_to_session(transport& via, const app_credentials& app, std::string_view code,
                                 steady_time deadline) {
  system_pacer time;
  return code_to_session(via, app, code, deadline, time);
}

} // namespace maque::wechat

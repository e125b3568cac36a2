#include "wechat_simulator/user_data.hpp"

#include "wechat_simulator/call.hpp"
#include "wechat_simulator/cipher.hpp"
#include "wechat_simulator/days.hpp"
#include "wechat_simulator/signatures.hpp"

#include <sodium.h>

namespace maque::wechat_simulator {
namespace {

constexpr std::size_t aes_128_block = 16;

} // namespace

std::optional<user_data> make_user_data(world& wechat, std::string_view appid,
                                        std::string_view openid, std::string_view json) {
  auto object = parse_object(json);
  const auto session = wechat.sessions.find(openid);
  if (!object || !session || session->appid != appid) return std::nullopt;

  user_data made;
  made.raw_data = object->dump();
  made.signature = sha1_hex(made.raw_data + session->session_key);
  (*object)["watermark"] = {{"timestamp", unix_seconds(wechat.clock.now())}, {"appid", appid}};
  std::string iv(aes_128_block, '\0');
  randombytes_buf(iv.data(), iv.size());
  const std::string key = from_base64(session->session_key).value_or(std::string{});
  made.encrypted_data = to_base64_text(encrypt_cbc(object->dump(), key, iv, aes_128_block));
  made.iv = to_base64_text(iv);
  return made;
}

} // namespace maque::wechat_simulator

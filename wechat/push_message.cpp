#include "wechat/push_message.hpp"

#include "domain/limits.hpp"
#include "wechat/push_tree.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace maque::wechat {
namespace {

/// Takes the members that a push has outside of its content; remembers the first problem.
class header_reader {
public:
  explicit header_reader(const push_node& content) : content_{content} {}

  std::string required(std::string_view name) {
    std::string text = optional(name);
    if (text.empty()) refuse(name, "missing");
    return text;
  }

  std::string optional(std::string_view name) {
    if (content_.count(name) > 1) refuse(name, "there twice");
    const std::string_view text = content_.text_of(name);
    if (text.size() > limits::push_name_bytes) refuse(name, "too long");
    // They go into logs and keys.
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
      refuse(name, "has characters that no name has");
    return problem_.empty() ? std::string{text} : std::string{};
  }

  std::int64_t seconds(std::string_view name) {
    const std::string text = required(name);
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stop != end || value < 0) refuse(name, "not a time");
    return value;
  }

  const std::string& problem() const noexcept { return problem_; }

private:
  void refuse(std::string_view name, std::string_view why) {
    if (problem_.empty()) problem_ = std::string{name}.append(": ").append(why);
  }

  const push_node& content_;
  std::string problem_;
};

std::string sha256(std::string_view bytes) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

} // namespace

result<push_node> read_push_document(std::string_view document) {
  if (document.size() > limits::push_body_bytes) return fail(errc::body_too_large);
  const auto first = document.find_first_not_of(" \t\r\n");
  const bool is_xml = first != std::string_view::npos && document[first] == '<';
  return is_xml ? read_push_xml(document.substr(first)) : read_push_json(document);
}

result<push_message> read_push_message(std::string_view appid, std::string_view document) {
  auto content = read_push_document(document);
  if (!content) return tl::unexpected{std::move(content.error())};
  header_reader header{*content};
  push_message read;
  read.appid = appid;
  read.to_user = header.optional("ToUserName");
  read.from_user = header.required("FromUserName");
  read.created_at = header.seconds("CreateTime");
  read.type = header.required("MsgType");
  if (read.type == "event") read.event = header.required("Event");
  read.message_id = header.optional("MsgId");
  if (!header.problem().empty()) return fail(errc::invalid_field, header.problem());
  read.digest = sha256(document);
  read.content = *std::move(content);
  return read;
}

} // namespace maque::wechat

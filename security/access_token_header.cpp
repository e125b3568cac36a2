#include "security/access_token_header.hpp"

#include "security/base64url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace maque::security {

namespace {

using nlohmann::json;

constexpr std::string_view algorithm = "HS256"; // RFC 7518, 3.2
constexpr std::string_view type = "at+jwt";     // RFC 9068, 2.1

// They tell the verifier where to find a key, or what else it would have to understand: RFC 7515,
// 4.1.2, 4.1.3, 4.1.5, 4.1.6 and 4.1.11.
constexpr std::array<std::string_view, 5> refused_members{"jku", "jwk", "x5u", "x5c", "crit"};

bool is_none(std::string_view name) {
  return std::ranges::equal(name, std::string_view{"none"}, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

std::string explain_algorithm(const json& header) {
  const auto member = header.find("alg");
  if (member == header.end() || !member->is_string()) return "the header has no alg";
  const auto& name = member->get_ref<const std::string&>();
  if (name == algorithm) return {};
  return is_none(name) ? "alg is none" : "alg is not HS256";
}

bool has_text(const json& header, const char* name, std::string_view text) {
  const auto member = header.find(name);
  return member != header.end() && *member == text;
}

} // namespace

std::string encode_token_header(std::string_view kid) {
  const nlohmann::ordered_json header{{"alg", algorithm}, {"typ", type}, {"kid", kid}};
  return encode_base64url(header.dump());
}

std::string explain_token_header(std::string_view encoded, std::string_view kid) {
  const auto text = decode_base64url(encoded);
  if (!text) return "the header is not base64url";
  const json header = json::parse(*text, nullptr, false);
  if (!header.is_object()) return "the header is not a JSON object";

  if (std::string wrong = explain_algorithm(header); !wrong.empty()) return wrong;
  for (const std::string_view name : refused_members) {
    if (header.contains(name)) return "the header has " + std::string{name};
  }
  if (!has_text(header, "typ", type)) return "typ is not at+jwt";
  if (!has_text(header, "kid", kid)) return "the key is not known";
  return "the header is not written as this server writes it";
}

} // namespace maque::security

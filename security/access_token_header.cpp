#include "security/access_token_header.hpp"

#include "security/base64url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace maque::security {

namespace {

using nlohmann::json;

constexpr std::string_view type = "at+jwt"; // RFC 9068, 2.1

// They tell the verifier where to find a key, or what else it would have to understand: RFC 7515,
// 4.1.2, 4.1.3, 4.1.5, 4.1.6 and 4.1.11.
constexpr std::array<std::string_view, 5> refused_members{"jku", "jwk", "x5u", "x5c", "crit"};

bool is_none(std::string_view name) {
  return std::ranges::equal(name, std::string_view{"none"}, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

const std::string* text_of(const json& header, const char* name) {
  const auto member = header.find(name);
  return member == header.end() ? nullptr : member->get_ptr<const std::string*>();
}

} // namespace

std::string encode_token_header(std::string_view kid, key_algorithm algorithm) {
  const nlohmann::ordered_json header{{"alg", to_string(algorithm)}, {"typ", type}, {"kid", kid}};
  return encode_base64url(header.dump());
}

std::string explain_token_header(std::string_view encoded, const algorithm_lookup& algorithm_of) {
  const auto text = decode_base64url(encoded);
  if (!text) return "the header is not base64url";
  const json header = json::parse(*text, nullptr, false);
  if (!header.is_object()) return "the header is not a JSON object";

  const std::string* const algorithm = text_of(header, "alg");
  if (algorithm == nullptr) return "the header has no alg";
  if (is_none(*algorithm)) return "alg is none";
  for (const std::string_view name : refused_members) {
    if (header.contains(name)) return "the header has " + std::string{name};
  }
  const std::string* const said_type = text_of(header, "typ");
  if (said_type == nullptr || *said_type != type) return "typ is not at+jwt";
  const std::string* const kid = text_of(header, "kid");
  const auto bound = kid == nullptr ? std::nullopt : algorithm_of(*kid);
  if (!bound) return "the key is not known";
  if (*algorithm != to_string(*bound)) return "alg is not " + std::string{to_string(*bound)};
  return "the header is not written as this server writes it";
}

} // namespace maque::security

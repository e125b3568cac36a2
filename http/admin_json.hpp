#pragma once

#include "domain/account.hpp"
#include "domain/operator_storage.hpp"
#include "domain/session.hpp"
#include "http/exchange.hpp"
#include "http/page_query.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

/// What operators see, as JSON.
namespace maque::http {

/// Answers with the envelope and this data. Texts that aren't UTF-8 lose what isn't.
void answer_with(exchange& waiting, const nlohmann::json& data);

nlohmann::json session_json(const session& shown);
nlohmann::json account_json(const account& shown);
nlohmann::json audit_json(const audit_entry& shown);

inline auto key_of(const session& each) {
  return each.id;
}
inline auto key_of(const audit_entry& each) {
  return each.id;
}

/// {"items":[…],"next_cursor"}. @param found has one more than asked for if there is another page.
template <class Item, class Render>
nlohmann::json page_of(const std::vector<Item>& found, std::uint32_t limit, Render render) {
  const std::size_t shown = std::min<std::size_t>(found.size(), limit);
  nlohmann::json page{{"items", nlohmann::json::array()}, {"next_cursor", nullptr}};
  for (std::size_t index = 0; index < shown; ++index)
    page["items"].push_back(render(found[index]));
  if (found.size() > limit) page["next_cursor"] = encode_cursor(key_of(found[shown - 1]));
  return page;
}

} // namespace maque::http

#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"
#include "http/page_query.hpp"
#include "http/user_reply.hpp"

#include <algorithm>
#include <span>

namespace maque::http {

namespace {

result<profile_patch> read_patch(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  // Four bytes are the most that a code point takes in UTF-8.
  profile_patch patch{body->optional("nickname", limits::nickname_code_points * 4),
                      body->optional("avatar_url", limits::avatar_url_bytes),
                      body->optional("language", limits::language_bytes)};
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  if (patch.empty()) return maque::fail(errc::invalid_field, "no field to change");
  if (auto checked = validate(patch); !checked) return tl::unexpected{std::move(checked.error())};
  return patch;
}

/// Of a profile in a list.
constexpr std::size_t usual_profile_bytes = 160;

/// `found` has one user more than asked for if there is another page.
std::string render_page(std::span<const public_profile> found, std::uint32_t limit) {
  const std::size_t shown = std::min<std::size_t>(found.size(), limit);
  std::string data;
  data.reserve(shown * usual_profile_bytes);
  data += "{\"items\":[";
  for (std::size_t index = 0; index < shown; ++index) {
    if (index > 0) data += ',';
    append_public_profile(data, found[index]);
  }
  data += "],\"next_cursor\":";
  if (found.size() > limit)
    append_json_string(data, encode_cursor(found[shown - 1].id));
  else
    data += "null";
  data += '}';
  return data;
}

} // namespace

void show_own_profile(handler_context& context, const exchange_ptr& asked) {
  context.ask<user>(asked, context.services.user, find_user{asked->identity->user},
                    answer_with_user);
}

void change_own_profile(handler_context& context, const exchange_ptr& asked) {
  auto patch = read_patch(asked->incoming);
  if (!patch) return asked->fail(std::move(patch.error()));
  context.ask<user>(asked, context.services.user,
                    change_profile{asked->identity->user, std::move(*patch)}, answer_with_user);
}

void list_profiles(handler_context& context, const exchange_ptr& asked) {
  const auto limit = read_limit(asked->incoming.query());
  if (!limit) return asked->fail(limit.error());
  const auto cursor = read_cursor<user_id>(asked->incoming.query());
  if (!cursor) return asked->fail(cursor.error());
  context.ask<profile_page>(asked, context.services.user, user_page_query{*cursor, *limit + 1},
                            [limit = *limit](exchange& waiting, const profile_page& found) {
                              waiting.succeed(render_page(found.rows(), limit));
                            });
}

} // namespace maque::http

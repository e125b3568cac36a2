#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"
#include "http/user_reply.hpp"
#include "security/base64url.hpp"

#include <charconv>

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

/// A cursor is the last id of the page before; clients are not to look into it.
std::string encode_cursor(user_id last) {
  return security::encode_base64url(to_string(last));
}

result<std::uint32_t> read_limit(std::string_view query) {
  const auto given = query_parameter(query, "limit");
  if (given.well_formed && !given.value) return limits::page_size_default;
  std::uint32_t limit = 0;
  if (given.value) {
    const char* const end = given.value->data() + given.value->size();
    const auto [stop, failure] = std::from_chars(given.value->data(), end, limit);
    if (failure != std::errc{} || stop != end) limit = 0;
  }
  if (limit < 1 || limit > limits::page_size_max)
    return maque::fail(errc::invalid_field,
                       "limit: has to be from 1 to " + std::to_string(limits::page_size_max));
  return limit;
}

result<std::optional<user_id>> read_cursor(std::string_view query) {
  const auto given = query_parameter(query, "cursor");
  if (given.well_formed && !given.value) return std::nullopt;
  const auto decoded = given.value ? security::decode_base64url(*given.value) : std::nullopt;
  const auto last = decoded ? user_id::parse(*decoded) : std::nullopt;
  if (!last) return maque::fail(errc::invalid_field, "cursor: not one that a list returned");
  return last;
}

/// `found` has one user more than asked for if there is another page.
std::string render_page(const std::vector<user>& found, std::uint32_t limit) {
  const std::size_t shown = std::min<std::size_t>(found.size(), limit);
  std::string data{"{\"items\":["};
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
  const auto cursor = read_cursor(asked->incoming.query());
  if (!cursor) return asked->fail(cursor.error());
  context.ask<std::vector<user>>(
      asked, context.services.user, user_page_query{*cursor, *limit + 1},
      [limit = *limit](exchange& waiting, const std::vector<user>& found) {
        waiting.succeed(render_page(found, limit));
      });
}

} // namespace maque::http

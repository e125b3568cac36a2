#include "db/postgres_writer.hpp"

#include "db/postgres_accounts.hpp"
#include "db/postgres_api_keys.hpp"
#include "db/postgres_array.hpp"
#include "db/postgres_config.hpp"
#include "db/postgres_identities.hpp"
#include "db/postgres_invitations.hpp"
#include "db/postgres_operators.hpp"
#include "db/postgres_phones.hpp"
#include "db/postgres_purge.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace maque::db {
namespace {

using std::string;
using identity = std::pair<std::string_view, std::string_view>;

constexpr int admissions_max = 5;

const postgres_statement look_up_statement{
    "look_up_identities",
    string{"SELECT "} + postgres_user_columns +
        ", w.place"
        " FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (appid, openid, place)"
        " JOIN wechat_identities i ON i.appid = w.appid AND i.openid = w.openid"
        " JOIN users u ON u.id = i.user_id"};

// The identity comes first: who wins the race for it makes the user and opens the session in the
// same statement. The foreign keys are checked when it ends.
const postgres_statement admit_statement{
    "admit",
    "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[],"
    " $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[],"
    " $12::bigint[], $13::bytea[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bytea[])"
    " AS w (appid, openid, unionid, candidate, known, session, session_appid, device, address, "
    "created_at, last_seen_at,"
    " expires_at, refresh_secret_hash, refresh_counter, rotated_at, ended_at, sealed)),"
    " won AS (INSERT INTO wechat_identities (appid, openid, unionid, user_id, created_at,"
    " sealed_session_key, session_key_at)"
    " SELECT appid, openid, unionid, candidate, created_at, sealed, created_at FROM wanted"
    " WHERE known IS NULL"
    " ON CONFLICT (appid, openid) DO NOTHING RETURNING user_id, created_at),"
    " made AS (INSERT INTO users (id, nickname, avatar_url, language, role, disabled, created_at,"
    " updated_at, revision)"
    " SELECT user_id, '', '', '', 'user', FALSE, created_at, created_at, 1 FROM won),"
    " opened AS (INSERT INTO sessions (id, user_id, appid, device, address, created_at,"
    " last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at, ended_at)"
    " SELECT session, coalesce(known, candidate), session_appid, device, address, created_at,"
    " last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at, ended_at"
    " FROM wanted WHERE known IS NOT NULL OR candidate IN (SELECT user_id FROM won))"
    " SELECT user_id FROM won"};

const postgres_statement update_profiles_statement{
    "update_profiles",
    string{"UPDATE users u SET nickname = coalesce(w.nickname, u.nickname),"
           " avatar_url = coalesce(w.avatar_url, u.avatar_url),"
           " language = coalesce(w.language, u.language),"
           " updated_at = greatest(u.updated_at, w.at), revision = u.revision + 1"
           " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])"
           " AS w (id, nickname, avatar_url, language, at)"
           " WHERE u.id = w.id AND u.deleted_at IS NULL RETURNING "} +
        postgres_user_columns};

// num_nulls() instead of IS NULL: with that, the planner might go through the index of all open
// sessions.
const postgres_statement rotate_statement{
    "rotate_refresh",
    string{"UPDATE sessions s SET refresh_counter = s.refresh_counter + 1,"
           " last_seen_at = w.at, rotated_at = w.at"
           " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w (id, counter, at)"
           " WHERE s.id = w.id AND s.refresh_counter = w.counter"
           " AND num_nulls(s.ended_at) = 1 RETURNING "} +
        postgres_session_columns};

static_assert(static_cast<int>(logout_scope::this_session) == 0 &&
              static_cast<int>(logout_scope::others) == 1 &&
              static_cast<int>(logout_scope::all) == 2); // As the statement has them.
const postgres_statement end_statement{
    "end_sessions", "UPDATE sessions s SET ended_at = w.at"
                    " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])"
                    " AS w (user_id, current, scope, at)"
                    " WHERE s.user_id = w.user_id AND s.ended_at IS NULL AND (w.scope = 2"
                    " OR (w.scope = 0 AND s.id = w.current) OR (w.scope = 1 AND s.id <> w.current))"
                    " RETURNING s.user_id, s.id"};

identity identity_of(const admit_wechat_user& request) {
  return {request.appid, request.openid};
}

} // namespace

postgres_writer::postgres_writer(postgres_connection& to, std::span<const write_request> requests)
    : to_{to}, requests_{requests}, throttles_{to}, known_(requests.size()) {
  outcomes_.assign(requests.size(), fail(errc::internal));
}

write_outcomes postgres_writer::perform() {
  places all(requests_.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  throttles_.lock(requests_);
  look_up(of_kind<admit_wechat_user>(all));
  bool first = true;
  for (const places& wave : deal_into_waves()) {
    places admissions = of_kind<admit_wechat_user>(wave);
    // Earlier waves may have made or changed these users.
    if (!first) look_up(admissions);
    first = false;
    admit(std::move(admissions));
    update_profiles(of_kind<update_profile>(wave));
    rotate(of_kind<rotate_refresh>(wave));
    end(of_kind<end_sessions>(wave));
    for (const std::size_t place : wave)
      perform_alone(place);
  }
  throttles_.write();
  // The purge looks at the throttles as they are written.
  for (const std::size_t place : of_kind<purge>(all))
    outcomes_[place] = db::perform(to_, request<purge>(place));
  for (const std::size_t place : all)
    if (is_config_write(requests_[place])) outcomes_[place] = edit_config(to_, requests_[place]);
  return std::move(outcomes_);
}

/// One of the kinds that are rare.
void postgres_writer::perform_alone(std::size_t place) {
  const auto perform_request = [&](const auto& wanted) {
    if constexpr (requires { db::perform(to_, throttles_, wanted); })
      outcomes_[place] = db::perform(to_, throttles_, wanted);
    else if constexpr (requires { db::perform(to_, wanted); })
      outcomes_[place] = db::perform(to_, wanted);
  };
  std::visit(perform_request, requests_[place]);
}

template <class Kind>
postgres_writer::places postgres_writer::of_kind(const places& from) const {
  places found;
  std::copy_if(from.begin(), from.end(), std::back_inserter(found),
               [&](std::size_t place) { return std::holds_alternative<Kind>(requests_[place]); });
  return found;
}

template <class Kind, class Element>
std::string postgres_writer::column(const places& of, const Element& element) const {
  return array_of(of, [&](std::size_t place) { return element(request<Kind>(place)); });
}

void postgres_writer::look_up(const places& admissions) {
  if (admissions.empty()) return;
  for (const std::size_t place : admissions)
    known_.at(place).reset();
  const auto rows =
      to_.run(look_up_statement,
              column<admit_wechat_user>(admissions,
                                        [](const auto& r) { return std::string_view{r.appid}; }),
              column<admit_wechat_user>(admissions,
                                        [](const auto& r) { return std::string_view{r.openid}; }));
  for (const pqxx::row& row : rows) {
    const auto place = static_cast<std::size_t>(integer_at(row, postgres_user_width) - 1);
    known_.at(admissions.at(place)) = user_of(row);
  }
}

void postgres_writer::admit(places admissions) {
  // In one order everywhere, so that two connections don't wait for each other.
  std::sort(admissions.begin(), admissions.end(), [&](std::size_t left, std::size_t right) {
    return identity_of(request<admit_wechat_user>(left)) <
           identity_of(request<admit_wechat_user>(right));
  });
  places beaten = admit_once(admissions);
  for (int attempt = 1; !beaten.empty(); ++attempt) {
    if (attempt == admissions_max)
      throw std::runtime_error{"an identity can neither be made nor found"};
    // Another connection made these identities, or disabled or deleted their users, since they
    // were looked up.
    look_up(beaten);
    beaten = admit_once(beaten);
  }
}

/// Returns those whose identity was to be made but is there, or whose user was there and is gone.
postgres_writer::places postgres_writer::admit_once(const places& admissions) {
  places open;
  for (const std::size_t place : admissions) {
    if (known_[place] && known_[place]->disabled)
      outcomes_[place] = fail(errc::account_disabled);
    else
      open.push_back(place);
  }
  if (open.empty()) return {};
  const auto text = [&](auto member) {
    return column<admit_wechat_user>(
        open, [member](const admit_wechat_user& r) { return std::string_view{r.*member}; });
  };
  const auto of_session = [&](auto member) {
    return column<admit_wechat_user>(
        open, [member](const admit_wechat_user& r) -> const auto& { return r.opened.*member; });
  };
  const auto rows =
      to_.run(admit_statement, text(&admit_wechat_user::appid), text(&admit_wechat_user::openid),
              column<admit_wechat_user>(open, [](const auto& r) { return r.unionid; }),
              column<admit_wechat_user>(open, [](const auto& r) { return r.candidate; }),
              array_of(open,
                       [&](std::size_t place) {
                         return known_[place] ? std::optional{known_[place]->id} : std::nullopt;
                       }),
              of_session(&session::id), of_session(&session::appid), of_session(&session::device),
              of_session(&session::address), of_session(&session::created_at),
              of_session(&session::last_seen_at), of_session(&session::expires_at),
              of_session(&session::refresh_secret_hash), of_session(&session::refresh_counter),
              of_session(&session::rotated_at), of_session(&session::ended_at),
              column<admit_wechat_user>(open, [](const auto& r) {
                return std::span<const std::uint8_t>{r.sealed_session_key};
              }));
  std::unordered_set<user_id> made;
  for (const pqxx::row& row : rows)
    made.insert(id_at<user_id>(row, 0));

  renew_identities_of_known(open);
  surplus of_known = end_surplus(open);
  places beaten;
  std::vector<session_id> in_vain;
  for (const std::size_t place : open) {
    const auto& admission = request<admit_wechat_user>(place);
    if (known_[place] && of_known.gone.contains(known_[place]->id)) {
      in_vain.push_back(admission.opened.id);
      beaten.push_back(place);
    } else if (known_[place]) {
      const user& who = *known_[place];
      outcomes_[place] = user_admitted{.who = who, .ended = std::move(of_known.ended[who.id])};
    } else if (made.contains(admission.candidate)) {
      user who;
      who.id = admission.candidate;
      who.created_at = admission.opened.created_at;
      who.updated_at = who.created_at;
      outcomes_[place] = user_admitted{.who = std::move(who), .is_new_user = true};
    } else {
      beaten.push_back(place);
    }
  }
  if (!in_vain.empty()) remove_sessions(to_, in_vain);
  return beaten;
}

/// Costs nothing where all users are new.
surplus postgres_writer::end_surplus(const places& admissions) {
  std::vector<opened_session> opened;
  for (const std::size_t place : admissions) {
    const auto& admission = request<admit_wechat_user>(place);
    if (known_[place])
      opened.push_back({known_[place]->id, admission.opened.id, admission.max_sessions,
                        admission.opened.created_at});
  }
  return end_surplus_sessions(to_, std::move(opened));
}

void postgres_writer::renew_identities_of_known(const places& admissions) {
  std::vector<renewed_identity> renewed;
  for (const std::size_t place : admissions) {
    const auto& admission = request<admit_wechat_user>(place);
    if (known_[place])
      renewed.push_back({admission.appid, admission.openid, admission.unionid,
                         admission.sealed_session_key, admission.opened.created_at});
  }
  renew_identities(to_, renewed);
}

void postgres_writer::update_profiles(places updates) {
  if (updates.empty()) return;
  const auto id_of = [&](std::size_t place) { return request<update_profile>(place).id; };
  std::sort(updates.begin(), updates.end(),
            [&](std::size_t left, std::size_t right) { return id_of(left) < id_of(right); });
  const auto of = [&](auto read) { return column<update_profile>(updates, read); };
  const auto rows = to_.run(update_profiles_statement, of([](const auto& r) { return r.id; }),
                            of([](const auto& r) { return r.patch.nickname; }),
                            of([](const auto& r) { return r.patch.avatar_url; }),
                            of([](const auto& r) { return r.patch.language; }),
                            of([](const auto& r) { return r.at; }));
  std::unordered_map<user_id, user> updated;
  for (const pqxx::row& row : rows)
    updated.emplace(id_at<user_id>(row, 0), user_of(row));
  for (const std::size_t place : updates) {
    if (const auto found = updated.find(id_of(place)); found != updated.end())
      outcomes_[place] = std::move(found->second);
    else
      outcomes_[place] = fail(errc::user_not_found);
  }
}

void postgres_writer::rotate(places rotations) {
  if (rotations.empty()) return;
  const auto id_of = [&](std::size_t place) { return request<rotate_refresh>(place).id; };
  std::sort(rotations.begin(), rotations.end(),
            [&](std::size_t left, std::size_t right) { return id_of(left) < id_of(right); });
  const auto of = [&](auto read) { return column<rotate_refresh>(rotations, read); };
  const auto rows =
      to_.run(rotate_statement, of([](const auto& r) { return r.id; }),
              of([](const auto& r) { return r.from; }), of([](const auto& r) { return r.at; }));
  std::unordered_map<session_id, session> rotated;
  for (const pqxx::row& row : rows)
    rotated.emplace(id_at<session_id>(row, 0), session_of(row));
  for (const std::size_t place : rotations) {
    // Taken out, so that of two requests for one session only one could have it.
    if (auto found = rotated.extract(id_of(place)))
      outcomes_[place] = std::move(found.mapped());
    else
      outcomes_[place] = fail(errc::conflict);
  }
}

void postgres_writer::end(places endings) {
  if (endings.empty()) return;
  const auto user_of = [&](std::size_t place) { return request<end_sessions>(place).user; };
  std::sort(endings.begin(), endings.end(),
            [&](std::size_t left, std::size_t right) { return user_of(left) < user_of(right); });
  const auto of = [&](auto read) { return column<end_sessions>(endings, read); };
  const auto rows = to_.run(end_statement, of([](const auto& r) { return r.user; }),
                            of([](const auto& r) { return r.current; }),
                            of([](const auto& r) { return static_cast<std::int64_t>(r.scope); }),
                            of([](const auto& r) { return r.at; }));
  std::unordered_map<user_id, ended_sessions> ended;
  for (const pqxx::row& row : rows)
    ended[id_at<user_id>(row, 0)].push_back(id_at<session_id>(row, 1));
  for (const std::size_t place : endings) {
    ended_sessions& of_user = ended[user_of(place)];
    std::sort(of_user.begin(), of_user.end());
    outcomes_[place] = std::move(of_user);
  }
}

} // namespace maque::db

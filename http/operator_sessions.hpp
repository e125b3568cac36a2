#pragma once

#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace maque::http {

struct operator_session_policy {
  std::chrono::milliseconds idle{std::chrono::minutes{30}};
  std::chrono::milliseconds absolute{std::chrono::hours{12}};
};

/// An operator who has signed in with a browser.
struct operator_session {
  std::uint64_t number = 0;    ///< Never given twice; what outlives a request knows it by this.
  std::string name;            ///< For the audit log.
  std::optional<user_id> user; ///< Nothing: he has signed in with the token.
  std::string csrf_token;      ///< Has to come with whatever changes something.
  utc_time opened_at;
  utc_time seen_at;
  utc_time confirmed_at; ///< When it was last known that the user still is an operator.
};

/// Who is signed in on the operator's listener. Kept in memory alone: a restart ends them all. Of
/// the secret in the cookie only a hash is kept. One thread's.
class operator_sessions {
public:
  explicit operator_sessions(operator_session_policy policy) : policy_{policy} {}

  struct opened_session {
    std::string secret; ///< For the cookie; known nowhere else.
    const operator_session& session;
  };
  /// There are at most limits::operator_sessions: one more ends the one that was seen longest ago.
  opened_session open(std::string name, std::optional<user_id> user, utc_time now);

  /// Null if there is none, or its time is over; otherwise it was seen now.
  operator_session* find(std::string_view secret, utc_time now);
  /// The same by its number, which is no sign of life.
  operator_session* find_open(std::uint64_t number, utc_time now);

  /// Nothing happens if it has ended.
  void end(std::uint64_t number);
  /// All of a user. Returns how many.
  std::size_t end_all(user_id user);

  /// When it ends if nothing more is heard of it.
  utc_time end_of(const operator_session& session) const noexcept;
  std::size_t size() const noexcept { return by_hash_.size(); }

private:
  bool is_over(const operator_session& session, utc_time now) const noexcept;

  operator_session_policy policy_;
  std::map<sha256_digest, operator_session> by_hash_;
  std::uint64_t last_number_ = 0;
};

} // namespace maque::http

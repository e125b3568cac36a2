#pragma once

#include "db/postgres_connection.hpp"
#include "db/postgres_sessions.hpp"
#include "db/postgres_throttles.hpp"
#include "db/store.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace maque::db {

using write_outcomes = std::vector<result<write_outcome>>;

/// Performs requests inside a transaction that somebody else begins and ends. Throws what libpqxx
/// throws: for use inside postgres_connection::attempt(). What fails with a statement's error
/// spoils the transaction for all; "not found" and the like are outcomes of their request alone.
///
/// Only the order of one user's writes means anything. So the requests are dealt into waves, none
/// of which has two of the same user, and in a wave those of the same kind leave as one statement.
/// The rare kinds follow, one after the other: see db/postgres_waves.cpp.
class postgres_writer {
public:
  postgres_writer(postgres_connection& to, std::span<const write_request> requests);

  /// In the order of the requests.
  write_outcomes perform();

private:
  using places = std::vector<std::size_t>; ///< Positions in `requests_`.

  template <class Kind>
  const Kind& request(std::size_t place) const {
    return std::get<Kind>(requests_[place]);
  }
  template <class Kind>
  places of_kind(const places& from) const;
  template <class Kind, class Element>
  std::string column(const places& of, const Element& element) const;

  std::vector<places> deal_into_waves() const;

  void look_up(const places& admissions);
  void admit(places admissions);
  places admit_once(const places& admissions);
  void renew_identities_of_known(const places& admissions);
  void update_profiles(places updates);
  void rotate(places rotations);
  void end(places endings);
  surplus end_surplus(const places& admissions);
  void perform_alone(std::size_t place);

  postgres_connection& to_;
  std::span<const write_request> requests_;
  write_outcomes outcomes_;
  postgres_throttles throttles_;
  /// To whom an admission's identity belongs. By place; admissions only.
  std::vector<std::optional<user>> known_;
};

} // namespace maque::db

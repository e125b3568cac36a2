#pragma once

#include "domain/errors.hpp"

#include <chrono>
#include <string>

namespace maque::db {

/// Where a PostgreSQL database is, and how to reach it.
struct postgres_target {
  std::string conninfo; ///< In libpq's keyword form; holds the password.
  std::string place;    ///< For people: "PostgreSQL at db.example:5432/maque".
};

/// Reads a URL as libpq does (https://www.postgresql.org/docs/current/libpq-connect.html), so that
/// sslmode and the like work. What it doesn't say about waiting gets a bound: 5 s to connect, and
/// `silence` until a network that swallows everything is taken for broken. Fails with
/// database_unavailable; the cause never repeats any of the URL, which holds a password.
result<postgres_target> parse_postgres_url(const std::string& url,
                                           std::chrono::milliseconds silence);

} // namespace maque::db

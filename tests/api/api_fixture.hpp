#pragma once

#include "domain/errors.hpp"
#include "domain/session.hpp"
#include "security/signing_key.hpp"
#include "support/api_client.hpp"
#include "support/patience.hpp"
#include "support/test_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::test {

/// Who has logged in, and with what.
struct signed_in {
  std::string user_id;
  std::string access_token;
  std::string refresh_token;
};

/// The body of a login on the simulator. Each code works once.
nlohmann::json login_as(const std::string& name, const std::string& attempt);

/// A fresh login; fails the test if it is refused.
signed_in log_in(const test_server& server, const std::string& name);

/// What an access token says, unverified.
access_claims claims_of(const std::string& access_token);
/// The first one.
security::signing_key key_of(const test_server& server);
/// An access token that the server takes for its own.
std::string sign(const test_server& server, const access_claims& claims);

/// What `GET /api/user/info` answers to this token, over a connection of its own.
http_reply ask_who_am_i(const test_server& server, const std::string& access_token);
/// What a refresh answers, over a connection of its own.
http_reply refresh(const test_server& server, const std::string& refresh_token);

/// Expects the envelope of this error.
void expect_failure(const http_reply& reply, errc expected);
/// Expects status 200 and the envelope of a success.
void expect_success(const http_reply& reply);

} // namespace maque::test

#pragma once

#include <cstddef>
#include <memory>

namespace maque::bench {

/// One thing that the server does again and again, with all that it needs for it made and warm. It
/// does the same each time: what it costs is counted in instructions, and compared. Throws if it
/// doesn't come out right.
class hot_path {
public:
  hot_path() = default;
  virtual ~hot_path() = default;
  hot_path(const hot_path&) = delete;
  hot_path& operator=(const hot_path&) = delete;

  /// Does it so many times, one after another.
  virtual void run(std::size_t times) = 0;
};

using hot_path_ptr = std::unique_ptr<hot_path>;

/// A bare GET, and one as a mini-program sends it: a dozen fields, an access token among them.
hot_path_ptr parse_short_get();
hot_path_ptr parse_get();
/// A POST with a small body of JSON.
hot_path_ptr parse_post();

/// Finding the route of a path that is a literal, of one with a parameter, of one that isn't there.
hot_path_ptr route_literal();
hot_path_ptr route_parameter();
hot_path_ptr route_nowhere();

/// An access token that the lane sees for the first time, and one that it has verified lately.
hot_path_ptr check_new_token();
hot_path_ptr check_known_token();
/// One that is refused by its signature.
hot_path_ptr check_forged_token();
hot_path_ptr check_forged_eddsa_token();
hot_path_ptr sign_token();

/// A user as the data of the envelope; an error in it; and the former as the bytes of a response.
hot_path_ptr write_user();
hot_path_ptr write_error();
hot_path_ptr write_response();

/// A request's line in the access log.
hot_path_ptr log_request();

/// A question and its answer between two actors of one lane, and of two lanes.
hot_path_ptr ask_in_lane();
hot_path_ptr ask_across_lanes();

/// 32 reads, 32 writes, asked for in one turn of the loop: gathered, sent to a worker as one batch,
/// done in SQLite, answered.
hot_path_ptr read_batch();
hot_path_ptr write_batch();

} // namespace maque::bench

#pragma once

#include "actors/lane.hpp"
#include "domain/places.hpp"
#include "http/listener.hpp"
#include "http/trace_ids.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace maque {

/// The operator's listener: on a lane of its own, so that it answers while the others are busy.
/// Serves its pages by GET, to clients on this machine only: there is no token for others yet.
class operator_lane {
public:
  struct page {
    std::string path;
    std::string_view content_type;
    std::function<std::string()> render; ///< Called in the lane's thread.
  };

  /// All paths that begin like this are served by one function, called in the lane's thread.
  struct subtree {
    std::string prefix; ///< Empty: there is none.
    std::function<void(operator_lane&, const http::exchange_ptr&)> serve;
  };

  /// @param index one that no other lane has.
  /// @param options where to listen; the room for connections is the operator's own.
  operator_lane(caf::actor_system& system, std::uint32_t index, http::listener_options options,
                std::vector<page> pages, subtree further = {});
  /// As end(); open connections are closed.
  ~operator_lane();
  operator_lane(const operator_lane&) = delete;
  operator_lane& operator=(const operator_lane&) = delete;

  /// Ends the thread; then nothing is served any more.
  void end();
  /// Runs `action` in the lane's thread, unless that has ended. Any thread.
  void post(std::function<void()> action);

  /// Takes the address and serves. The port; fails with internal.
  result<std::uint16_t> start();

private:
  http::listener_options with_room(http::listener_options options);
  void begin(http::exchange& arrived);
  void serve(const http::exchange_ptr& arrived);

  places room_;
  std::vector<page> pages_;
  subtree further_;
  lane lane_;
  http::trace_ids trace_ids_;
  http::listener listener_;
  std::thread thread_;
};

} // namespace maque

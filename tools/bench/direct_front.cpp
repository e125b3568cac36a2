// The server without actors, to measure what they cost: the same listener, connections, middleware
// and routes, but each request is served by a plain call. Only routes that need no service answer.
// Usage: direct_front PORT LOG_FILE ACCESS_SAMPLE

#include "actors/lane.hpp"
#include "actors/lane_context.hpp"
#include "domain/time.hpp"
#include "http/front.hpp"
#include "http/listener.hpp"
#include "security/access_token.hpp"
#include "security/random.hpp"
#include "security/signing_key.hpp"
#include "telemetry/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace maque;

struct direct_lane {
  direct_lane(caf::actor_system& system, std::uint32_t index, const time_source& clock,
              log::logger& log, const security::signing_key& key, std::uint16_t port, double sample)
      : home{system, index}, context{home, clock, log, security::random_u64()},
        front{context, options(sample), security::access_token_codec{key, "maque", "maque"},
              security::random_u64()},
        listener{home,
                 {"127.0.0.1", port, &room, {}},
                 [this](const http::exchange_ptr& arrived) { front.serve(arrived); },
                 [this](const http::exchange_ptr& refused, error cause) {
                   front.refuse(refused, std::move(cause));
                 }} {
    context.keys = security::make_key_ring(key);
    home.on_tick([this](steady_time now) { front.sweep(now); });
  }

  static http::front_options options(double sample) {
    http::front_options made;
    made.live.access_log.sample = sample;
    return made;
  }

  maque::places room{10'000};
  lane home;
  lane_context context;
  http::front front;
  http::listener listener;
};

int run(std::uint16_t port, const std::string& log_file, double sample) {
  security::initialize();
  const auto key = security::derive_signing_key(secret{std::string(32, 'k')});
  log::writer_options options;
  options.file = log_file;
  log::writer writer{options};
  log::logger log{writer, log::level::info};
  const system_time_source clock;
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<std::unique_ptr<direct_lane>> lanes;
  for (std::uint32_t index = 0; index < std::thread::hardware_concurrency(); ++index) {
    lanes.push_back(std::make_unique<direct_lane>(system, index, clock, log, *key, port, sample));
    if (const auto opened = lanes.back()->listener.open(); !opened) {
      std::cerr << opened.error().cause << '\n';
      return EXIT_FAILURE;
    }
    lanes.back()->listener.start();
  }
  std::vector<std::jthread> threads;
  for (const auto& lane : lanes)
    threads.emplace_back([&lane] { lane->home.run(); });
  return EXIT_SUCCESS; // the threads are joined first: the process ends by a signal
}

} // namespace

int main(int count, char** values) {
  if (count != 4) {
    std::cerr << "usage: direct_front PORT LOG_FILE ACCESS_SAMPLE\n";
    return EXIT_FAILURE;
  }
  return run(static_cast<std::uint16_t>(std::atoi(values[1])), values[2], std::atof(values[3]));
}

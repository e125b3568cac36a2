#include "wechat_simulator/server.hpp"
#include "wechat_simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <sys/resource.h>

namespace {

namespace asio = boost::asio;
using namespace maque::wechat_simulator;

struct program_options {
  server_options server{.port = 9300};
  std::int64_t latency_ms = 0;
  std::int64_t jitter_ms = 0;
};

void declare(CLI::App& options, program_options& read) {
  const auto milliseconds =
      CLI::AsNumberWithUnit{std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1000}}};
  options.add_option("--host", read.server.host, "Address to listen on")->capture_default_str();
  options.add_option("--port", read.server.port, "Port to listen on; 0: any that is free")
      ->capture_default_str();
  options.add_option("--latency", read.latency_ms, "Time that every answer takes, e.g. 50ms")
      ->transform(milliseconds);
  options.add_option("--jitter", read.jitter_ms, "Random time on top of it, at most, e.g. 10ms")
      ->transform(milliseconds);
}

/// Every connection needs a descriptor, and the usual limit is 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  CLI::App options{"Answers like WeChat's servers, for development and tests.", "wechat-simulator"};
  program_options read;
  declare(options, read);
  CLI11_PARSE(options, argc, argv);
  raise_descriptor_limit();

  asio::io_context context{1};
  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });

  const maque::system_time_source clock;
  simulator engine{clock};
  if (read.latency_ms > 0 || read.jitter_ms > 0)
    engine.state().mishaps.set_latency({}, std::chrono::milliseconds{read.latency_ms},
                                       std::chrono::milliseconds{read.jitter_ms});
  server_host host{.options = read.server, .serve = [&](const incoming& from) {
                     return engine.answer_to(from.method, from.target, from.body);
                   }};
  server listening{context, std::move(host)};
  const auto port = listening.start();
  std::cout << "wechat-simulator listens on http://" << read.server.host << ':' << port
            << std::endl;
  context.run();
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    std::cerr << "wechat-simulator: " << problem.what() << '\n';
    return EXIT_FAILURE;
  }
}

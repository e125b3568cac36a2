#include "wechat_simulator/control.hpp"
#include "wechat_simulator/server.hpp"
#include "wechat_simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace maque::wechat_simulator;

struct program_options {
  server_options server{.port = 9300};
  std::int64_t latency_ms = 0;
  std::int64_t jitter_ms = 0;
  std::vector<std::string> apps;
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
  options.add_option(
      "--app", read.apps,
      "A mini-program, as APPID=SECRET; without any, every appid and secret is good");
}

void add_apps(app_registry& apps, const std::vector<std::string>& named) {
  for (const auto& app : named) {
    const auto at = app.find('=');
    if (at == std::string::npos || !apps.add(app.substr(0, at), app.substr(at + 1)))
      throw std::invalid_argument{"--app APPID=SECRET, not \"" + app + "\""};
  }
}

/// Every connection needs a descriptor, and the usual limit is 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// A receiver that any thread may call.
answer_receiver in_thread_of(asio::io_context& context, answer_receiver then) {
  return [&context, then = std::move(then)](answer given) {
    asio::post(context, [then, given = std::move(given)] { then(given); });
  };
}

server_host make_host(const server_options& options, asio::io_context& context, simulator& engine,
                      control& controlled) {
  server_host host{options};
  host.serve = [&](const incoming& from) {
    return from.target.starts_with(control::prefix)
               ? controlled.handle(from.method, from.target, from.body)
               : engine.answer_to(from.method, from.target, from.body);
  };
  host.serve_later = [&](const incoming& from, answer_receiver then) {
    if (from.method != "POST" || from.target != control::push_path) return false;
    controlled.push(std::string{from.body}, in_thread_of(context, std::move(then)));
    return true;
  };
  return host;
}

/// The port. Throws std::runtime_error.
std::uint16_t start(server& listening, const server_options& options) {
  try {
    return listening.start();
  } catch (const boost::system::system_error& problem) {
    throw std::runtime_error{"can't listen on " + options.host + ":" +
                             std::to_string(options.port) + ": " + problem.code().message()};
  }
}

int run(int argc, char** argv) {
  CLI::App options{"Answers like WeChat's servers, for development and tests.", "wechat-simulator"};
  program_options read;
  declare(options, read);
  CLI11_PARSE(options, argc, argv);
  raise_descriptor_limit();
  // httplib, which sends the pushes, writes to connections that may be closed.
  std::signal(SIGPIPE, SIG_IGN);

  asio::io_context context{1};
  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });

  const maque::system_time_source clock;
  simulator engine{clock};
  if (read.latency_ms > 0 || read.jitter_ms > 0)
    engine.state().mishaps.set_latency({}, std::chrono::milliseconds{read.latency_ms},
                                       std::chrono::milliseconds{read.jitter_ms});
  add_apps(engine.state().apps, read.apps);
  control controlled{engine};
  server listening{context, make_host(read.server, context, engine, controlled)};
  const auto port = start(listening, read.server);
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

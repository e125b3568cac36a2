#include "wechat_simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace {

using namespace std::chrono_literals;
using maque::wechat_simulator::simulator;

constexpr std::size_t threads = 32;
/// Connections that are served or wait for a thread; beyond it nothing is accepted.
constexpr std::ptrdiff_t connections = 256;
constexpr std::size_t body_bytes = 64UL * 1024;

/// httplib's pool of threads, with a bound on what waits for them.
class bounded_pool final : public httplib::TaskQueue {
public:
  // httplib 0.15 and later want to be told whether the task was taken.
  using taken = decltype(std::declval<httplib::ThreadPool&>().enqueue({}));

  taken enqueue(std::function<void()> task) override {
    room_.acquire();
    return pool_.enqueue([this, task = std::move(task)] {
      task();
      room_.release();
    });
  }

  void shutdown() override { pool_.shutdown(); }

private:
  std::counting_semaphore<connections> room_{connections};
  httplib::ThreadPool pool_{threads};
};

void configure(httplib::Server& server, simulator& engine) {
  server.new_task_queue = [] { return new bounded_pool; };
  server.set_payload_max_length(body_bytes);
  server.set_read_timeout(5s);
  server.set_write_timeout(5s);
  // Stopping waits for idle connections, so they are not kept for long.
  server.set_keep_alive_timeout(1);
  server.set_keep_alive_max_count(SIZE_MAX);
  server.set_tcp_nodelay(true);
  // httplib's default is SO_REUSEPORT, with which a second simulator would silently take half of
  // the first one's connections.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });

  const auto answer = [&engine](const httplib::Request& asked, httplib::Response& reply) {
    auto answered = engine.handle(asked.method, asked.target, asked.body);
    reply.status = answered.status;
    reply.set_content(answered.body, answered.content_type);
  };
  server.Get(".*", answer);
  server.Post(".*", answer);
}

/// The port that was bound, or a number below 1.
int bind_server(httplib::Server& server, const std::string& host, std::uint16_t port) {
  if (port == 0) return server.bind_to_any_port(host);
  return server.bind_to_port(host, port) ? port : -1;
}

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

/// Serves until SIGINT or SIGTERM. False if the server ended by itself.
bool serve(httplib::Server& server, const sigset_t& ending) {
  std::atomic<bool> over{false};
  const std::jthread acceptor{[&] {
    server.listen_after_bind();
    over = true;
    // For the case that it ended by itself: main waits for nothing else.
    kill(getpid(), SIGTERM);
  }};
  int signal = 0;
  sigwait(&ending, &signal);
  // stop() is without effect on a server that has not begun to run yet.
  while (!server.is_running() && !over)
    std::this_thread::yield();
  const bool stopped_by_signal = !over;
  server.stop();
  return stopped_by_signal;
}

int run(int argc, char** argv) {
  CLI::App options{"Answers like WeChat's servers, for development and tests.", "wechat-simulator"};
  std::string host = "127.0.0.1";
  std::uint16_t port = 9300;
  options.add_option("--host", host, "Address to listen on")->capture_default_str();
  options.add_option("--port", port, "Port to listen on; 0: any that is free")
      ->capture_default_str();
  CLI11_PARSE(options, argc, argv);

  // Before the first thread, so that all of them inherit it and the signals wait for sigwait().
  const sigset_t ending = ending_signals();
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  const maque::system_time_source clock;
  simulator engine{clock};
  httplib::Server server;
  configure(server, engine);
  const int bound = bind_server(server, host, port);
  if (bound < 1) {
    std::cerr << "wechat-simulator: can't listen on " << host << ':' << port << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "wechat-simulator listens on http://" << host << ':' << bound << std::endl;
  return serve(server, ending) ? EXIT_SUCCESS : EXIT_FAILURE;
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

#include "actors/server.hpp"
#include "commands.hpp"
#include "domain/ip_address.hpp"
#include "telemetry/log.hpp"
#include "version.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <future>
#include <iostream>
#include <pthread.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace maque {

namespace {

constexpr std::chrono::seconds log_timeout{2};
/// What a shutdown may take beyond its grace: workers that wait for WeChat or the disk.
constexpr std::chrono::seconds overtime{15};

/// The signals that the server knows, taken by the thread that waits for them and by no other.
class server_signals {
public:
  server_signals() {
    sigemptyset(&ending_);
    sigaddset(&ending_, SIGTERM);
    sigaddset(&ending_, SIGINT);
    all_ = ending_;
    sigaddset(&all_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &all_, nullptr);
    // A client that closes its end is an error code of the write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
  }

  /// One that ends the server. Meanwhile each SIGHUP calls `reload`.
  template <class Reload>
  int wait(Reload reload) const {
    for (;;) {
      int number = 0;
      sigwait(&all_, &number);
      if (number != SIGHUP) return number;
      reload();
    }
  }

  /// One that ends the server, too.
  std::optional<int> wait_until(steady_time deadline) const {
    for (;;) {
      const std::chrono::nanoseconds left = deadline - std::chrono::steady_clock::now();
      if (left <= left.zero()) return std::nullopt;
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      const timespec duration{seconds.count(), (left - seconds).count()};
      // A debugger that stops the process interrupts this, too: EINTR is not the end of the time.
      if (const int number = sigtimedwait(&ending_, nullptr, &duration); number > 0) return number;
    }
  }

private:
  sigset_t ending_{};
  sigset_t all_{};
};

/// Each connection needs a descriptor; the default of 1,024 would end that early.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string base_url(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("http://[{}]:{}", host, port)
                 : fmt::format("http://{}:{}", host, port);
}

std::string describe_wechat(const config::settings& settings) {
  const auto& wechat = settings.wechat;
  const std::size_t further = wechat.further_apps.size();
  const bool named = !wechat.appid.empty() || further != 0;
  if (wechat.mode == config::wechat_mode::simulator)
    return named ? "simulator, because wechat.mode says so"
                 : "simulator, because no wechat.appid is set";
  std::string apps = wechat.appid;
  for (const wechat_app& each : wechat.further_apps)
    apps.append(apps.empty() ? "" : ", ").append(each.appid);
  return "live, as " + apps;
}

/// What a developer needs to see after a start: where it is, on what it runs, and how to try it.
void print_banner(const server& running, const config::settings& settings) {
  const std::string url = base_url(settings.http.host, running.port());
  const bool simulated = settings.wechat.mode == config::wechat_mode::simulator;
  std::cerr << fmt::format(
      "\nMaque {} listens on {}\n  data    {}\n  operate {}/admin/\n  WeChat  {}\n", version_text(),
      url, running.database_description(), base_url(settings.admin.host, running.operator_port()),
      describe_wechat(settings));
  if (const secret token = running.new_operator_token(); !token.empty())
    std::cerr << fmt::format(
        "\nThe operator's token, which is shown this once and kept in {}:\n  {}\n",
        settings.admin.token_file.string(), token.reveal());
  if (!simulated) return;
  const std::string login = fmt::format(
      R"(curl -s {}/api/login -H 'Content-Type: application/json' -d "{{\"code\":\"dev-alice.$(date +%s%N)\"}}")",
      url);
  std::cerr << fmt::format(
      "\nTry it, as often as you like (each code works once, as WeChat's do):\n"
      "  {0}\n"
      "  curl -s {1}/api/user/info -H \"Authorization: Bearer $({0} | sed 's/.*\"access_token\":"
      "\"\\([^\"]*\\)\".*/\\1/')\"\n"
      "  curl -s {1}/api/config\n\n",
      login, url);
}

/// The token then goes over the network, as does all that operators see.
void warn_about_exposure(const config::settings& settings, log::logger& log) {
  const auto address = ip_address::parse(settings.admin.host);
  const bool local = settings.admin.host == "localhost" || (address && is_loopback(*address));
  if (!local)
    log.line(log::level::warn, nullptr,
             "the operator's listener (admin.host) can be reached from other machines, and speaks "
             "no TLS: have a proxy in front of it, or a network of its own",
             {});
}

log::writer_options writer_options_of(const config::settings& settings) {
  log::writer_options options;
  options.file = settings.log.file;
  options.rotate_bytes = std::size_t{settings.log.rotate_mb} * 1024 * 1024;
  options.rotate_files = settings.log.rotate_files;
  return options;
}

/// Finishes what is in flight. A signal that comes meanwhile ends the process at once, and so does
/// a shutdown that does not come to its end.
bool shut_down(server& running, const server_signals& signals, std::chrono::milliseconds grace) {
  const steady_time limit = std::chrono::steady_clock::now() + grace + overtime;
  std::thread{[signals, limit] {
    const auto number = signals.wait_until(limit);
    if (!number) std::cerr << "maque: the shutdown took too long, ending at once\n";
    std::_Exit(number ? 128 + *number : EXIT_FAILURE);
  }}.detach();
  return running.stop(grace);
}

/// Reads files and environment again, as at the start; the log file is opened anew, for whoever has
/// moved it away. What is wrong with the settings is logged, and nothing changes.
void reload(server& running, const config::sources& from, log::logger& log) {
  log.sink().reopen();
  try {
    const config::outcome read = config::load(from);
    for (const config::problem& wrong : read.problems)
      log.error(
          "the settings can't be used, nothing is changed",
          {{"where", std::string_view{wrong.where}}, {"cause", std::string_view{wrong.what}}});
    if (!read.problems.empty()) return;
    running.reload(read.values);
    log.info("the settings were read again");
  } catch (const std::exception& problem) {
    log.error("the settings can't be read, nothing is changed",
              {{"cause", std::string_view{problem.what()}}});
  }
}

} // namespace

int serve(const config::settings& settings, const config::sources& from) {
  const server_signals signals;
  raise_descriptor_limit();
  log::writer writer{writer_options_of(settings)};
  log::logger log{writer, log::level::info};
  set_log_levels(log, settings);

  std::atomic<bool> gave_up{false};
  const pthread_t waiting_thread = pthread_self();
  server running{{settings, version_json(),
                  [&gave_up, waiting_thread] {
                    gave_up = true;
                    pthread_kill(waiting_thread, SIGTERM);
                  }},
                 log};
  if (const auto started = running.start(); !started) {
    std::cerr << "maque: " << started.error().cause << '\n';
    return EXIT_FAILURE;
  }
  const std::string url = base_url(settings.http.host, running.port());
  log.info("started", {{"url", std::string_view{url}}, {"pid", std::int64_t{getpid()}}});
  if (settings.wechat.mode == config::wechat_mode::simulator)
    log.line(log::level::warn, nullptr, "WeChat is simulated: whoever says who he is is believed",
             {});
  warn_about_exposure(settings, log);
  print_banner(running, settings);

  const int number = signals.wait([&] { reload(running, from, log); });
  log.info("stopping", {{"signal", std::int64_t{number}}});
  const bool complete = shut_down(running, signals, settings.server.shutdown_grace);
  log.info("stopped", {{"complete", complete}});
  writer.flush(std::chrono::steady_clock::now() + log_timeout);
  return gave_up ? EXIT_FAILURE : EXIT_SUCCESS;
}

} // namespace maque

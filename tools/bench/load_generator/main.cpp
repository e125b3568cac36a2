// load_generator PLAN
// Sends HTTP requests to 127.0.0.1 as the plan (plan.hpp) says, checks every answer, and prints
// what it has measured as JSON; times are microseconds. Exit status 1: it could not be done.

#include "load_generator/plan.hpp"
#include "load_generator/worker.hpp"

#include <nlohmann/json.hpp>

#include <barrier>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace maque::bench;
using nlohmann::json;

class barrier_line final : public start_line {
public:
  explicit barrier_line(std::size_t threads)
      : barrier_{static_cast<std::ptrdiff_t>(threads), set_start{this}} {}

  steady_time arrive() override {
    barrier_.arrive_and_wait();
    return begin_;
  }

private:
  struct set_start {
    barrier_line* line;
    void operator()() const noexcept { line->begin_ = std::chrono::steady_clock::now(); }
  };

  steady_time begin_;
  std::barrier<set_start> barrier_;
};

json render(const histogram& measured) {
  const auto us = [](auto nanoseconds) { return static_cast<double>(nanoseconds) / 1000; };
  return {{"requests", measured.total()},
          {"mean_us", us(measured.mean())},
          {"p50_us", us(measured.quantile(0.5))},
          {"p90_us", us(measured.quantile(0.9))},
          {"p95_us", us(measured.quantile(0.95))},
          {"p99_us", us(measured.quantile(0.99))},
          {"p999_us", us(measured.quantile(0.999))},
          {"max_us", us(measured.max())}};
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

json report(const load_plan& plan, const load_result& result) {
  histogram all;
  json kinds = json::object();
  std::uint64_t wrong_status = 0;
  std::uint64_t wrong_body = 0;
  for (std::size_t i = 0; i < plan.kinds.size(); ++i) {
    const kind_result& kind = result.kinds[i];
    all.merge(kind.latency);
    wrong_status += kind.wrong_status;
    wrong_body += kind.wrong_body;
    kinds[plan.kinds[i].name] = render(kind.latency);
  }
  json seconds = json::array();
  for (const histogram& each : result.seconds)
    seconds.push_back(render(each));
  json made = render(all);
  made["rate"] = static_cast<double>(all.total() - result.unanswered) / plan.measured.count();
  made["wrong_status"] = wrong_status;
  made["wrong_body"] = wrong_body;
  made["connections_lost"] = result.connections_lost;
  made["unanswered"] = result.unanswered;
  made["example"] = result.example;
  made["kinds"] = std::move(kinds);
  made["seconds"] = std::move(seconds);
  made["generator_cpu_seconds"] = cpu_seconds();
  return made;
}

load_result run(const load_plan& plan) {
  barrier_line start{plan.threads};
  std::vector<load_result> results(plan.threads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < plan.threads; ++i)
    threads.emplace_back([&, i] {
      try {
        results[i] = run_worker(plan, i, start);
      } catch (const std::exception& problem) {
        std::cerr << "load_generator: " << problem.what() << '\n';
        std::_Exit(EXIT_FAILURE); // The other threads would wait for this one.
      }
    });
  for (std::thread& each : threads)
    each.join();
  for (std::size_t i = 1; i < results.size(); ++i)
    results[0].merge(results[i]);
  return std::move(results[0]);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: load_generator PLAN\n";
    return EXIT_FAILURE;
  }
  try {
    const load_plan plan = read_plan(argv[1]);
    std::cout << report(plan, run(plan)).dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
    return EXIT_SUCCESS;
  } catch (const std::exception& problem) {
    std::cerr << "load_generator: " << problem.what() << '\n';
    return EXIT_FAILURE;
  }
}

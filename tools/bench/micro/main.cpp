// maque_micro_bench [OPTION OF GOOGLE BENCHMARK…]
//   times every hot path.
//
// maque_micro_bench --names
//   prints the compiler, and then the name of each path, one a line.
//
// maque_micro_bench --count NAME TIMES
//   does a path TIMES times in maque_counted_run(), which a profiler can tell from all that is done
//   to prepare it.

#include "micro/hot_path.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace maque::bench;

struct named_path {
  const char* name;
  hot_path_ptr (*make)();
};

constexpr std::array all_paths{
    named_path{"parse/short_get", parse_short_get},
    named_path{"parse/get", parse_get},
    named_path{"parse/post", parse_post},
    named_path{"route/literal", route_literal},
    named_path{"route/parameter", route_parameter},
    named_path{"route/nowhere", route_nowhere},
    named_path{"token/known", check_known_token},
    named_path{"token/new", check_new_token},
    named_path{"token/forged", check_forged_token},
    named_path{"token/forged_eddsa", check_forged_eddsa_token},
    named_path{"token/sign", sign_token},
    named_path{"envelope/user", write_user},
    named_path{"envelope/error", write_error},
    named_path{"envelope/response", write_response},
    named_path{"log/access", log_request},
    named_path{"message/in_lane", ask_in_lane},
    named_path{"message/across_lanes", ask_across_lanes},
    named_path{"database/read_32", read_batch},
    named_path{"database/write_32", write_batch},
};

/// What is warm once it has been done: caches, pools of memory, prepared statements.
constexpr std::size_t warming_runs = 64;
constexpr std::size_t runs_a_time = 16;

} // namespace

/// Callgrind counts what is done in here: see tools/bench/check.
extern "C" [[gnu::noipa]] void maque_counted_run(hot_path& path, std::size_t times) {
  path.run(times);
}

namespace {

void time_path(benchmark::State& state, hot_path_ptr (*make)()) {
  const hot_path_ptr path = make();
  path->run(warming_runs);
  while (state.KeepRunningBatch(runs_a_time))
    path->run(runs_a_time);
}

int time_all(int count, char** values) {
  for (const named_path& each : all_paths)
    benchmark::RegisterBenchmark(each.name, time_path, each.make);
  benchmark::Initialize(&count, values);
  if (benchmark::ReportUnrecognizedArguments(count, values)) return EXIT_FAILURE;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}

int print_names() {
#ifdef __clang__
  std::cout << __VERSION__ << '\n';
#else
  std::cout << "g++ " << __VERSION__ << '\n';
#endif
  for (const named_path& each : all_paths)
    std::cout << each.name << '\n';
  return EXIT_SUCCESS;
}

int count_path(std::string_view name, std::size_t times) {
  for (const named_path& each : all_paths) {
    if (each.name != name) continue;
    const hot_path_ptr path = each.make();
    path->run(times);
    maque_counted_run(*path, times);
    return EXIT_SUCCESS;
  }
  std::cerr << "maque_micro_bench: no such path: " << name << '\n';
  return EXIT_FAILURE;
}

} // namespace

int main(int count, char** values) {
  try {
    const std::string_view order = count > 1 ? values[1] : "";
    if (order == "--names" && count == 2) return print_names();
    if (order == "--count" && count == 4) return count_path(values[2], std::stoul(values[3]));
    return time_all(count, values);
  } catch (const std::exception& problem) {
    std::cerr << "maque_micro_bench: " << problem.what() << '\n';
    return EXIT_FAILURE;
  }
}

// wechat_transport_bench URL WORKERS SECONDS
// What a worker that waits for WeChat costs: WORKERS threads, each with a transport of its own,
// call URL for SECONDS; `go run tools/bench/slow_http/main.go -listen 127.0.0.1:8081` answers there
// after 50 ms. Prints the memory that is resident for each worker, over what the process had before
// them, and the processor time of a call.

#include "wechat/sigpipe_guard.hpp"
#include "wechat/transport.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <latch>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

using namespace maque;
using namespace std::chrono_literals;

constexpr auto timeout = 5s;

long resident_kib() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    long size = 0;
    status >> size;
    return size;
  }
  return 0;
}

std::chrono::microseconds processor_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return std::chrono::seconds{used.ru_utime.tv_sec + used.ru_stime.tv_sec} +
         std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

void call(wechat::transport& via) {
  const auto answer = via.get("/sns/jscode2session?appid=wx0123456789abcdef",
                              std::chrono::steady_clock::now() + timeout);
  if (answer && answer->status == 200) return;
  std::cerr << (answer ? "no 200" : answer.error().cause) << '\n';
  std::_Exit(EXIT_FAILURE); // The other threads go on until then.
}

/// Connects all workers, lets them call again and again for `span`, and prints.
void measure(const std::string& url, int workers, std::chrono::seconds span) {
  std::latch connected{workers};
  std::latch begun{1};
  std::atomic<bool> over{false};
  std::atomic<long> calls{0};
  const long resident_before = resident_kib();
  const wechat::http_connector connector{url, timeout};
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(workers));
  for (int i = 0; i < workers; ++i)
    threads.emplace_back([&] {
      wechat::block_sigpipe();
      const auto via = connector.connect();
      call(*via);
      connected.count_down();
      begun.wait();
      for (; !over; ++calls)
        call(*via);
    });
  connected.wait();
  const auto before = processor_time();
  begun.count_down();
  std::this_thread::sleep_for(span);
  const auto used = processor_time() - before;
  const long made = calls;
  const long resident = resident_kib() - resident_before;
  over = true;
  std::cout << made / span.count() << " calls/s, "
            << static_cast<double>(used.count()) / static_cast<double>(made) << " us of CPU each, "
            << static_cast<double>(resident) / workers << " KiB resident for each worker"
            << std::endl;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: wechat_transport_bench URL WORKERS SECONDS\n";
    return EXIT_FAILURE;
  }
  measure(argv[1], std::stoi(argv[2]), std::chrono::seconds{std::stoi(argv[3])});
  return EXIT_SUCCESS;
}

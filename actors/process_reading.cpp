#include "actors/process_reading.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace maque {

namespace {

/// One file descriptor is that of the folder itself.
std::uint64_t count_entries(const char* folder) {
  std::error_code failure;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator each{folder, failure}, end; !failure && each != end;
       each.increment(failure))
    ++count;
  return count;
}

/// Lines of /proc/self/status are "VmRSS: 6144 kB".
void read_status(process_reading& into) {
  constexpr std::uint64_t kilobyte = 1024;
  std::ifstream status{"/proc/self/status"};
  for (std::string name; status >> name; status.ignore(4096, '\n')) {
    if (name == "VmRSS:" && status >> into.memory_bytes) into.memory_bytes *= kilobyte;
    if (name == "VmHWM:" && status >> into.memory_peak_bytes) into.memory_peak_bytes *= kilobyte;
    if (name == "Threads:") status >> into.threads;
  }
}

} // namespace

process_reading read_process() {
  process_reading now;
  now.pid = ::getpid();
  timespec used{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0)
    now.cpu = std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
  read_status(now);
  const std::uint64_t open = count_entries("/proc/self/fd");
  now.descriptors = open > 0 ? open - 1 : 0;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    now.descriptors_max = limit.rlim_cur;
  return now;
}

} // namespace maque

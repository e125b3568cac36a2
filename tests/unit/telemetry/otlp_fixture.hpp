#pragma once

#include "support/temporary_folder.hpp"
#include "telemetry/log.hpp"
#include "telemetry/otlp_exporter.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace maque::test {

inline trace_id trace_number(std::uint8_t last) {
  trace_id made;
  made.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, last};
  return made;
}

/// A request that took a microsecond.
inline finished_trace request_number(std::uint8_t number) {
  span request;
  request.id = {1, 0, 0, 0, 0, 0, 0, number};
  request.name = "GET /ping";
  request.kind = span_kind::server;
  request.start_unix_ns = 1'700'000'000'000'000'000;
  request.end_unix_ns = 1'700'000'000'000'001'000;
  return {trace_number(number), {request}};
}

inline otlp_resource test_resource() {
  return {"maque", "0.1.0", "0123456789abcdef0123456789abcdef", "box", 4711};
}

/// A log that can be read.
class test_log {
public:
  log::logger& logger() noexcept { return logger_; }

  std::string text() {
    writer_.flush(std::chrono::steady_clock::now() + std::chrono::seconds{30});
    std::stringstream out;
    out << std::ifstream{folder_.path() / "maque.log"}.rdbuf();
    return out.str();
  }

private:
  temporary_folder folder_;
  log::writer writer_{{.file = folder_.path() / "maque.log"}};
  log::logger logger_{writer_, log::level::info};
};

} // namespace maque::test

#pragma once

#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace maque::test {

/// What protoc, with the published definitions in MAQUE_OTLP_DEFINITIONS, reads in a request to a
/// collector; or, after "protoc: ", why it can't.
inline std::string decode_spans(const std::string& body) {
  const temporary_folder folder;
  std::ofstream{folder.path() / "body"} << body;
  const std::string at = folder.path().string();
  const std::string command =
      "protoc --decode=opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest "
      "-I " MAQUE_OTLP_DEFINITIONS " opentelemetry/proto/collector/trace/v1/trace_service.proto <" +
      at + "/body >" + at + "/text 2>&1";
  const int code = std::system(command.c_str());
  std::stringstream text;
  text << std::ifstream{folder.path() / "text"}.rdbuf();
  return code == 0 ? text.str() : "protoc: " + text.str();
}

} // namespace maque::test

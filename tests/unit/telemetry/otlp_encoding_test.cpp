#include "otlp_fixture.hpp"
#include "support/otlp_text.hpp"
#include "telemetry/otlp_encoding.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <sstream>
#include <string>

namespace maque {
namespace {

using test::decode_spans;
using test::request_number;
using test::test_resource;

/// protoc shows a field that the definitions don't have by its number alone.
bool has_unknown_fields(const std::string& decoded) {
  std::istringstream lines{decoded};
  for (std::string line; std::getline(lines, line);)
    if (const auto begin = line.find_first_not_of(' ');
        begin != std::string::npos && std::isdigit(static_cast<unsigned char>(line[begin])) != 0)
      return true;
  return false;
}

finished_trace login() {
  finished_trace made = request_number(0xFF);
  span& request = made.spans.front();
  request.name = "POST /api/login";
  request.parent = {9, 9, 9, 9, 9, 9, 9, 9};
  request.failed = true;
  request.attributes = {{"http.request.method", std::string{"POST"}},
                        {"http.response.status_code", std::int64_t{503}},
                        {"maque.cached", false},
                        {"maque.offset", std::int64_t{-1}}};
  span call;
  call.id = {2, 0, 0, 0, 0, 0, 0, 1};
  call.parent = request.id;
  call.name = "code2session";
  call.kind = span_kind::client;
  call.start_unix_ns = 1;
  call.end_unix_ns = 2;
  made.spans.push_back(call);
  call.name = "login";
  call.kind = span_kind::internal;
  made.spans.push_back(call);
  return made;
}

constexpr const char* decoded_login = R"(resource_spans {
  resource {
    attributes {
      key: "service.name"
      value {
        string_value: "maque"
      }
    }
    attributes {
      key: "service.version"
      value {
        string_value: "0.1.0"
      }
    }
    attributes {
      key: "service.instance.id"
      value {
        string_value: "0123456789abcdef0123456789abcdef"
      }
    }
    attributes {
      key: "host.name"
      value {
        string_value: "box"
      }
    }
    attributes {
      key: "process.pid"
      value {
        int_value: 4711
      }
    }
  }
  scope_spans {
    scope {
      name: "maque"
      version: "0.1.0"
    }
    spans {
      trace_id: "\001\002\003\004\005\006\007\010\t\n\013\014\r\016\017\377"
      span_id: "\001\000\000\000\000\000\000\377"
      parent_span_id: "\t\t\t\t\t\t\t\t"
      name: "POST /api/login"
      kind: SPAN_KIND_SERVER
      start_time_unix_nano: 1700000000000000000
      end_time_unix_nano: 1700000000000001000
      attributes {
        key: "http.request.method"
        value {
          string_value: "POST"
        }
      }
      attributes {
        key: "http.response.status_code"
        value {
          int_value: 503
        }
      }
      attributes {
        key: "maque.cached"
        value {
          bool_value: false
        }
      }
      attributes {
        key: "maque.offset"
        value {
          int_value: -1
        }
      }
      status {
        code: STATUS_CODE_ERROR
      }
    }
    spans {
      trace_id: "\001\002\003\004\005\006\007\010\t\n\013\014\r\016\017\377"
      span_id: "\002\000\000\000\000\000\000\001"
      parent_span_id: "\001\000\000\000\000\000\000\377"
      name: "code2session"
      kind: SPAN_KIND_CLIENT
      start_time_unix_nano: 1
      end_time_unix_nano: 2
    }
    spans {
      trace_id: "\001\002\003\004\005\006\007\010\t\n\013\014\r\016\017\377"
      span_id: "\002\000\000\000\000\000\000\001"
      parent_span_id: "\001\000\000\000\000\000\000\377"
      name: "login"
      kind: SPAN_KIND_INTERNAL
      start_time_unix_nano: 1
      end_time_unix_nano: 2
    }
  }
}
)";

TEST(OtlpEncoding, IsWhatThePublishedDefinitionsSay) {
  const std::vector<finished_trace> traces{login()};
  const otlp_batch made = encode_traces(test_resource(), traces, 1'000'000);
  EXPECT_EQ(made.traces, 1U);
  EXPECT_EQ(decode_spans(made.body), decoded_login);
}

TEST(OtlpEncoding, HasNoFieldThatThePublishedDefinitionsDontHave) {
  const std::vector<finished_trace> traces{login(), request_number(1)};
  const std::string decoded = decode_spans(encode_traces(test_resource(), traces, 1'000'000).body);
  EXPECT_FALSE(has_unknown_fields(decoded)) << decoded;
  EXPECT_TRUE(has_unknown_fields(decode_spans("\x7a\x01x"))) << "protoc shows no unknown fields";
}

TEST(OtlpEncoding, OfTextThatIsNotUtf8IsReadable) {
  std::vector<finished_trace> traces{request_number(1)};
  traces.front().spans.front().name = "GET /\xFF\xC3";
  traces.front().spans.front().attributes = {{"text", std::string{"na\xC3\xAFve"}}};
  const std::string decoded = decode_spans(encode_traces(test_resource(), traces, 1'000'000).body);
  EXPECT_NE(decoded.find("name: \"GET /\?\?\""), std::string::npos) << decoded;
  EXPECT_NE(decoded.find(R"(string_value: "na\303\257ve")"), std::string::npos) << decoded;
}

TEST(OtlpEncoding, BeginsNoFurtherTraceBeyondItsBoundButHasOne) {
  std::vector<finished_trace> traces;
  for (std::uint8_t number = 0; number < 100; ++number)
    traces.push_back(request_number(number));
  EXPECT_EQ(encode_traces(test_resource(), traces, 1).traces, 1U);
  const otlp_batch some = encode_traces(test_resource(), traces, 2'000);
  EXPECT_GT(some.traces, 1U);
  EXPECT_LT(some.traces, 100U);
  EXPECT_LT(some.body.size(), 2'100U);
  EXPECT_EQ(encode_traces(test_resource(), traces, 1'000'000).traces, 100U);
}

TEST(OtlpEncoding, OfThisProcessSaysWhoItIs) {
  const otlp_resource made = resource_of_this_process("shop", "1.2");
  EXPECT_EQ(made.service_name, "shop");
  EXPECT_EQ(made.service_version, "1.2");
  EXPECT_EQ(made.process_id, getpid());
  EXPECT_FALSE(made.host_name.empty());
  EXPECT_EQ(made.instance_id.size(), 32U);
  EXPECT_NE(made.instance_id, resource_of_this_process("shop", "1.2").instance_id);
}

TEST(OtlpAnswer, TellsHowManySpansWereNotTaken) {
  EXPECT_EQ(parse_rejected_spans(""), 0U);
  // ExportTraceServiceResponse{partial_success{rejected_spans: 3, error_message: "no"}}
  EXPECT_EQ(parse_rejected_spans("\x0a\x06\x08\x03\x12\x02no"), 3U);
  // A warning alone: all were taken.
  EXPECT_EQ(parse_rejected_spans("\x0a\x04\x12\x02no"), 0U);
  // -1, and a field of a later version.
  const std::string negative = "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_EQ(parse_rejected_spans(negative), 0U);
  EXPECT_EQ(parse_rejected_spans("\x18\x05"), 0U);
}

TEST(OtlpAnswer, IsNoneIfItCantBeRead) {
  for (const char* body : {"<html></html>", "{}", "\x0a\x7fshort", "\x0a\x02\x08", "\xff"})
    EXPECT_EQ(parse_rejected_spans(body), std::nullopt) << body;
}

} // namespace
} // namespace maque

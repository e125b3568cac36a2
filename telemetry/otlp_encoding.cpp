#include "telemetry/otlp_encoding.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <array>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <random>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <variant>

namespace maque {

namespace {

using protozero::pbf_writer;

// The numbers of the fields, by their names in the .proto files.
namespace field {

enum request : std::uint8_t { resource_spans = 1 };
enum in_resource_spans : std::uint8_t { resource = 1, scope_spans = 2 };
enum in_resource : std::uint8_t { resource_attributes = 1 };
enum in_scope_spans : std::uint8_t { scope = 1, spans = 2 };
enum in_scope : std::uint8_t { scope_name = 1, scope_version = 2 };
enum in_span : std::uint8_t {
  trace_id = 1,
  span_id = 2,
  parent_span_id = 4,
  span_name = 5,
  kind = 6,
  start_time_unix_nano = 7,
  end_time_unix_nano = 8,
  span_attributes = 9,
  status = 15
};
enum in_status : std::uint8_t { code = 3 };
enum in_key_value : std::uint8_t { key = 1, value = 2 };
enum in_any_value : std::uint8_t { string_value = 1, bool_value = 2, int_value = 3 };
enum response : std::uint8_t { partial_success = 1 };
enum in_partial_success : std::uint8_t { rejected_spans = 1 };

} // namespace field

constexpr std::int32_t status_code_error = 2;

// A string of protobuf has to be UTF-8: of a message with another one nothing is read.
void add_text(pbf_writer& to, protozero::pbf_tag_type tag, std::string_view text) {
  if (count_code_points(text)) return to.add_string(tag, text.data(), text.size());
  std::string readable{text};
  std::ranges::replace_if(
      readable, [](char byte) { return (byte & 0x80) != 0; }, '?');
  to.add_string(tag, readable);
}

template <std::size_t Size>
void add_id(pbf_writer& to, protozero::pbf_tag_type tag,
            const std::array<std::uint8_t, Size>& bytes) {
  to.add_bytes(tag, reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void add_attribute(pbf_writer& to, protozero::pbf_tag_type tag, const span_attribute& made) {
  pbf_writer pair{to, tag};
  add_text(pair, field::key, made.name);
  pbf_writer any{pair, field::value};
  if (const auto* const text = std::get_if<std::string>(&made.value))
    add_text(any, field::string_value, *text);
  else if (const auto* const flag = std::get_if<bool>(&made.value))
    any.add_bool(field::bool_value, *flag);
  else
    any.add_int64(field::int_value, std::get<std::int64_t>(made.value));
}

void add_resource(pbf_writer& to, const otlp_resource& from) {
  pbf_writer made{to, field::resource};
  for (const auto& [name, value] :
       {std::pair<std::string_view, const std::string&>{"service.name", from.service_name},
        {"service.version", from.service_version},
        {"service.instance.id", from.instance_id},
        {"host.name", from.host_name}})
    add_attribute(made, field::resource_attributes, {name, value});
  add_attribute(made, field::resource_attributes, {"process.pid", from.process_id});
}

void add_span(pbf_writer& to, const trace_id& trace, const span& from) {
  pbf_writer made{to, field::spans};
  add_id(made, field::trace_id, trace.bytes);
  add_id(made, field::span_id, from.id);
  if (from.parent != span_id{}) add_id(made, field::parent_span_id, from.parent);
  add_text(made, field::span_name, from.name);
  made.add_enum(field::kind, static_cast<std::int32_t>(from.kind));
  made.add_fixed64(field::start_time_unix_nano, static_cast<std::uint64_t>(from.start_unix_ns));
  made.add_fixed64(field::end_time_unix_nano, static_cast<std::uint64_t>(from.end_unix_ns));
  for (const span_attribute& each : from.attributes)
    add_attribute(made, field::span_attributes, each);
  if (!from.failed) return;
  pbf_writer status{made, field::status};
  status.add_enum(field::code, status_code_error);
}

std::uint64_t rejected_of(protozero::pbf_reader partial_success) {
  std::int64_t rejected = 0;
  while (partial_success.next()) {
    if (partial_success.tag() == field::rejected_spans)
      rejected = partial_success.get_int64();
    else
      partial_success.skip();
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(rejected, 0));
}

/// 16 bytes in hex.
std::string draw_instance_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device chance;
  std::string id(32, '0');
  std::ranges::generate(id, [&] { return digits[chance() % digits.size()]; });
  return id;
}

} // namespace

otlp_resource resource_of_this_process(std::string service_name, std::string service_version) {
  std::array<char, 256> host{};
  // Cut short it may be without its end.
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return {std::move(service_name), std::move(service_version), draw_instance_id(), host.data(),
          std::int64_t{getpid()}};
}

otlp_batch encode_traces(const otlp_resource& resource, std::span<const finished_trace> traces,
                         std::size_t bytes_max) {
  otlp_batch made;
  {
    pbf_writer request{made.body};
    pbf_writer of_resource{request, field::resource_spans};
    add_resource(of_resource, resource);
    pbf_writer of_scope{of_resource, field::scope_spans};
    {
      pbf_writer scope{of_scope, field::scope};
      scope.add_string(field::scope_name, "maque");
      add_text(scope, field::scope_version, resource.service_version);
    }
    for (const finished_trace& each : traces) {
      if (made.traces != 0 && made.body.size() >= bytes_max) break;
      for (const span& part : each.spans)
        add_span(of_scope, each.trace, part);
      made.spans += each.spans.size();
      ++made.traces;
    }
  }
  return made;
}

std::optional<std::uint64_t> parse_rejected_spans(std::string_view body) noexcept {
  try {
    std::uint64_t rejected = 0;
    protozero::pbf_reader response{body.data(), body.size()};
    while (response.next()) {
      if (response.tag() == field::partial_success)
        rejected = rejected_of(response.get_message());
      else
        response.skip();
    }
    return rejected;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace maque

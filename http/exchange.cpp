#include "http/exchange.hpp"

#include "http/json_writer.hpp"

#include <utility>

namespace maque::http {

namespace {

constexpr std::string_view json_type = "application/json; charset=utf-8";

} // namespace

void append_hex(std::string& out, const trace_id& trace) {
  const trace_id_text text = text_of(trace);
  out.append(text.data(), text.size());
}

void append_envelope(std::string& out, int code, std::string_view message,
                     std::string_view data_json, const trace_id& trace) {
  out += R"({"code":)";
  out += std::to_string(code);
  out += R"(,"message":)";
  append_json_string(out, message);
  out += R"(,"data":)";
  out += data_json;
  out += R"(,"trace_id":")";
  append_hex(out, trace);
  out += R"("})";
}

void exchange::restart() noexcept {
  incoming.clear();
  keep_alive = true;
  matched = nullptr;
  parameters.clear();
  identity.reset();
  service.clear();
  by.reset();
  outgoing.status = 200;
  outgoing.code = 200;
  outgoing.content_type = {};
  outgoing.headers.clear();
  outgoing.body.clear();
  outgoing.is_stream = false;
  answered_ = false;
  failure_.reset();
  handed_at = taken_at = answered_at = written_at = steady_time{};
}

void exchange::succeed(std::string_view data_json) {
  if (answered_) return;
  outgoing.content_type = json_type;
  append_envelope(outgoing.body, outgoing.code, "ok", data_json, context.trace);
  answer();
}

void exchange::reply_plain(std::string_view json) {
  if (answered_) return;
  outgoing.content_type = json_type;
  outgoing.body = json;
  answer();
}

void exchange::fail(error cause) {
  if (answered_) return;
  const error_info& row = info(cause.code);
  std::string message{row.message};
  if (!cause.hint.empty()) message.append(": ").append(cause.hint);
  outgoing.status = row.http_status;
  outgoing.code = row.code;
  outgoing.content_type = json_type;
  outgoing.body.clear();
  append_envelope(outgoing.body, row.code, message, "null", context.trace);
  if (cause.retry_after)
    outgoing.headers += "Retry-After: " + std::to_string(cause.retry_after->count()) + "\r\n";
  failure_ = std::move(cause);
  answer();
}

void exchange::begin_stream() {
  if (answered_) return;
  outgoing.is_stream = true;
  answer();
}

bool exchange::continue_stream(std::string_view part) const {
  return is_streaming() && sink->send_part(part);
}

void exchange::end_stream() const {
  if (is_streaming()) sink->end_parts();
}

void exchange::answer() {
  if (std::exchange(answered_, true)) return;
  // The connection goes on to its next request when it has sent the answer, and is not to take this
  // exchange for it yet.
  const exchange_ptr kept{this};
  answered_at = std::chrono::steady_clock::now();
  if (observer != nullptr) observer->on_answer(*this);
  if (sink != nullptr) sink->send(*this);
  if (observer != nullptr) observer->on_end(*this);
}

} // namespace maque::http

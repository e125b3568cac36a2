#pragma once

#include "domain/errors.hpp"
#include "domain/request_context.hpp"
#include "domain/session.hpp"
#include "http/request.hpp"

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque::http {

class exchange;
struct route;
using exchange_ptr = boost::intrusive_ptr<exchange>;

/// Who gets the response of an exchange: its connection.
class response_sink {
public:
  virtual void send(exchange& answered) = 0;
  /// Sends a part of the content of an answer that is a stream. False if it can't be: the client is
  /// gone, or reads so slowly that it is now.
  virtual bool send_part(std::string_view part) = 0;
  /// The stream is at its end.
  virtual void end_parts() = 0;

protected:
  ~response_sink() = default;
};

/// Who is told that an exchange has its response, before the sink is: the front.
class answer_observer {
public:
  virtual void on_answer(exchange& answered) = 0;
  /// The sink has it, too, if there still is one: this request is over.
  virtual void on_end(exchange& ended) = 0;

protected:
  ~answer_observer() = default;
};

/// Who a request comes from.
struct caller {
  user_id user;
  session_id session;
};

/// The operator who asks, on his own listener.
struct operator_caller {
  std::string name; ///< For the audit log: a username, or "operator token".
  /// The number of his session (http/operator_sessions.hpp); nothing: a program with the token.
  std::optional<std::uint64_t> session{};
  std::optional<user_id> user{}; ///< If he has signed in with an account.
};

/// The response as a handler makes it.
struct response {
  int status = 200;
  /// The stable code of the envelope, for the access log.
  int code = 200;
  std::string_view content_type; ///< Empty: no content type, as for 204 and 304.
  /// Further header lines, each ended by CRLF.
  std::string headers;
  std::string body;
  /// The content comes in parts, until the connection is closed (RFC 9112, section 6.3, item 8).
  bool is_stream = false;
};

/// One request and its response, from the last byte read to the answer. Lives in one lane; whoever
/// is to answer later holds a pointer to it. Exactly one answer is taken: what comes after the
/// first is dropped, so that a reply that arrives after the deadline does no harm.
class exchange : public boost::intrusive_ref_counter<exchange, boost::thread_unsafe_counter> {
public:
  /// Links the exchanges that wait for an answer; leaves the list by itself.
  boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
      waiting_hook;

  /// Forgets everything, keeps the memory.
  void restart() noexcept;

  // What the connection fills in.
  request incoming;
  std::string peer_address; ///< Of the connection.
  bool keep_alive = true;
  response_sink* sink = nullptr; ///< Cleared when the connection is gone.

  // When what happened; those who don't get to do it leave a stamp at its beginning of time.
  steady_time started;       ///< The first byte of the request was read.
  steady_time handed_at{};   ///< The connection gave it to the front.
  steady_time taken_at{};    ///< The front took it up.
  steady_time answered_at{}; ///< It had its answer.
  steady_time written_at{};  ///< The answer was in the socket's buffer, or behind others.

  // What the middleware fills in.
  answer_observer* observer = nullptr;
  request_context context;
  /// Who asks: the peer, or the one for whom it does, if it is a proxy that is trusted.
  std::string_view client_address;
  std::string forwarded_address; ///< What client_address shows if it is not the peer's.
  const route* matched = nullptr;
  std::vector<std::string> parameters; ///< Of the path, decoded, in order.
  std::optional<caller> identity;      ///< Who signed the request, or has just logged in.
  std::string service;                 ///< The name of the API key that let it in, if one did.
  std::optional<operator_caller> by;   ///< The operator, where only operators are served.

  response outgoing;

  bool answered() const noexcept { return answered_; }

  /// Answers with `outgoing` as it stands, whose content will come in parts.
  void begin_stream();
  /// False: the stream has ended, for its client is gone or reads too slowly.
  bool continue_stream(std::string_view part) const;
  void end_stream() const;
  bool is_streaming() const noexcept { return outgoing.is_stream && sink != nullptr; }

  /// Answers with the envelope, code 200, and this data, a serialised JSON value.
  void succeed(std::string_view data_json);
  /// Answers with the envelope of an error; its cause is for the log alone.
  void fail(error cause);
  /// Answers with a literal JSON text, without the envelope.
  void reply_plain(std::string_view json);
  /// Answers with `outgoing` as it stands.
  void answer();

  /// Set when the answer is an error.
  const std::optional<error>& failure() const noexcept { return failure_; }

private:
  bool answered_ = false;
  std::optional<error> failure_;
};

/// Appends the 32 hex digits of a trace id.
void append_hex(std::string& out, const trace_id& trace);

/// Appends {"code":…,"message":"…","data":…,"trace_id":"…"}.
void append_envelope(std::string& out, int code, std::string_view message,
                     std::string_view data_json, const trace_id& trace);

} // namespace maque::http

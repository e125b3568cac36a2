#pragma once

#include "actors/lane.hpp"
#include "actors/lane_meter.hpp"
#include "domain/places.hpp"
#include "http/exchange.hpp"
#include "http/request_parser.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque::http {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, lane::executor_type>;

struct connection_options {
  parser_limits limits;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  /// After which a request without an answer is given up; later than the request's own deadline.
  std::chrono::milliseconds serve_timeout{11'000};
  /// How long a closing connection waits for the client to see the last response.
  std::chrono::milliseconds linger_timeout{2'000};
};

class connection;
using connection_ptr = boost::intrusive_ptr<connection>;

/// Where a connection reads to. Most requests fit; a larger one would cost every connection its
/// size.
using inbox = std::array<char, 1024>;

/// What a connection needs for a request: the parser reads into the exchange.
struct request_slot {
  exchange_ptr read;
  std::unique_ptr<request_parser> parser;
};

/// What the connections of a lane share.
struct connection_host {
  connection_options options;
  places& room;
  lane_meter* meter; ///< Null: nobody wants to know.
  /// Has a complete request answered.
  std::function<void(const exchange_ptr&)> serve;
  /// Answers a request that can't be served with an error.
  std::function<void(const exchange_ptr&, error)> refuse;
  /// For reads that are too large for a connection's own small buffer.
  std::array<char, 64 * 1024> scratch;
  /// "Date: …" and CRLF; renewed once a tick.
  std::string date_line;
  /// All that are open.
  std::vector<connection_ptr> open;
  /// For the next requests; the last one given back is taken first: it is in the core's cache.
  std::vector<request_slot> spare_requests{};
  /// Output buffer of the response that was written last.
  std::string spare_output{};
  /// For those who wake up next.
  std::vector<std::unique_ptr<inbox>> spare_inboxes{};
  /// How many connections may fall asleep until the next tick.
  std::size_t may_doze = 0;
};

/// One client's connection. Requests are answered one at a time, in order; what a client sends
/// meanwhile stays in the socket, so a pipeline of any length takes bounded memory. Lives in one
/// lane.
class connection final
    : public boost::intrusive_ref_counter<connection, boost::thread_unsafe_counter>,
      public response_sink {
public:
  /// Gives the place that was taken for it back when it closes.
  /// @param host has to outlive the connection.
  connection(tcp_socket socket, connection_host& host);
  ~connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void start();

  /// Closes the connection if it has waited too long for its client. Called once a tick.
  void enforce_deadline(steady_time now);

  /// Stops after the request that is being served; one without a request has until `last_chance` to
  /// send one that is already under way.
  void drain(steady_time last_chance);

  void close() noexcept;

private:
  /// What the connection waits for; each has its own time limit.
  enum class phase : std::uint8_t {
    idle,      ///< The first byte of a request.
    header,    ///< The rest of its header.
    body,      ///< The rest of its body.
    serving,   ///< Its answer.
    streaming, ///< The next part of an answer that is a stream.
    closing,   ///< The last response to be written.
    lingering, ///< The client to close, too (RFC 9112, section 9.6).
  };

  void send(exchange& answered) override;
  bool send_part(std::string_view part) override;
  void end_parts() override;

  void wait_for_input();
  /// Gives back what only a busy connection needs, and waits without it: see doze_after.
  void doze();
  void wake(const boost::system::error_code& failure);
  void take_inbox();
  void give_inbox_back() noexcept;
  void on_read(const boost::system::error_code& failure, std::size_t size);
  void on_end_of_input();
  /// Parses and serves what has come, until more input is needed or a request is under way. Keeps
  /// what is left.
  void advance(std::string_view fresh);
  bool parse(std::string_view& bytes);
  void prepare_exchange();
  /// The request is over: what was needed for it may serve the next one, of whichever connection.
  void leave_exchange() noexcept;
  void serve();
  void refuse(error cause);

  /// The header of an answer whose content comes in parts.
  void begin_parts(exchange& answered);
  void flush();
  void give_output_back() noexcept;
  void write_rest();
  void on_all_written();

  /// Gives the time, for whoever needs it, too.
  steady_time enter(phase next, std::chrono::milliseconds limit) noexcept;
  void enter(phase next, std::chrono::milliseconds limit, steady_time now) noexcept;
  void count_open() const noexcept;
  bool wants_request() const noexcept { return phase_ <= phase::body; }
  bool has_room() const noexcept;

  tcp_socket socket_;
  connection_host& host_;
  std::size_t index_;
  std::string peer_address_;

  std::unique_ptr<inbox> inbox_; // not while it dozes
  // From the first byte of a request to its answer.
  exchange_ptr current_;
  std::unique_ptr<request_parser> parser_;
  std::string input_;   // received, not yet parsed
  std::string output_;  // to be written behind what is being written
  std::string writing_; // handed to the socket
  phase phase_ = phase::idle;
  steady_time deadline_;       // of the phase
  steady_time write_deadline_; // of what is in writing_
  bool waiting_for_input_ = false;
  bool dozing_ = true; // what is new has nothing to give back
  bool advancing_ = false;
  bool keep_alive_ = true;
  bool end_of_input_ = false; // the client sends no more, but may still read
  bool draining_ = false;
};

} // namespace maque::http

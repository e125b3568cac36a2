#include "http/connection.hpp"

#include "domain/limits.hpp"
#include "domain/metering.hpp"
#include "http/response_writer.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace maque::http {

using boost::system::error_code;
namespace asio = boost::asio;

namespace {

/// A connection that has been idle for so long is expected to be so for longer: most of those that
/// are open at a time, and it is they who decide what a connection costs.
constexpr std::chrono::milliseconds doze_after{250};

/// An IPv4 client has one spelling, also where the socket takes both families (RFC 4291, section
/// 2.5.5.2).
std::string text_of(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

} // namespace

connection::connection(tcp_socket socket, connection_host& host)
    : socket_{std::move(socket)}, host_{host}, index_{host.open.size()} {
  error_code failure;
  const auto peer = socket_.remote_endpoint(failure);
  if (!failure) peer_address_ = text_of(peer.address());
  socket_.non_blocking(true, failure);
  // Responses go out whole, in one write: waiting for more would only delay them.
  socket_.set_option(asio::ip::tcp::no_delay{true}, failure);
}

void connection::start() {
  host_.open.emplace_back(this);
  count_open();
  enter(phase::idle, host_.options.header_timeout);
  wait_for_input();
}

void connection::close() noexcept {
  if (!socket_.is_open()) return;
  if (current_) current_->sink = nullptr;
  error_code ignored;
  socket_.close(ignored);
  // The last one takes this one's place in the list.
  host_.open.back()->index_ = index_;
  std::swap(host_.open[index_], host_.open.back());
  host_.open.pop_back();
  count_open();
  host_.room.give_back();
}

steady_time connection::enter(phase next, std::chrono::milliseconds limit) noexcept {
  const steady_time now = std::chrono::steady_clock::now();
  enter(next, limit, now);
  return now;
}

void connection::enter(phase next, std::chrono::milliseconds limit, steady_time now) noexcept {
  phase_ = next;
  deadline_ = now + limit;
}

void connection::count_open() const noexcept {
  if (host_.meter != nullptr) host_.meter->connections(host_.open.size());
}

void connection::enforce_deadline(steady_time now) {
  if (!writing_.empty() && write_deadline_ <= now) return close();
  if (deadline_ > now) {
    if (phase_ == phase::idle && now - doze_after > deadline_ - host_.options.idle_timeout) doze();
    return;
  }
  switch (phase_) {
  case phase::idle: {
    // What came at the last moment is still served.
    error_code failure;
    if (socket_.available(failure) == 0 || failure) close();
    return;
  }
  case phase::header:
  case phase::body:
    return refuse(error{errc::request_timeout, {}, {}, {}});
  case phase::serving:
    keep_alive_ = false;
    return host_.refuse(exchange_ptr{current_},
                        error{errc::deadline_exceeded, {}, "the front is gone", {}});
  case phase::streaming: // Has no end of its own.
    return;
  case phase::closing:
  case phase::lingering:
    return close();
  }
}

void connection::drain(steady_time last_chance) {
  draining_ = true;
  if (phase_ == phase::streaming) return close();
  if (phase_ == phase::idle) deadline_ = std::min(deadline_, last_chance);
}

// Reading ----------------------------------------------------------------------------------------

void connection::wait_for_input() {
  if (waiting_for_input_ || end_of_input_ || !socket_.is_open()) return;
  waiting_for_input_ = true;
  if (dozing_)
    return socket_.async_wait(
        tcp_socket::wait_read,
        [self = connection_ptr{this}](const error_code& failure) { self->wake(failure); });
  // A read that leaves the buffer with room tells Asio that the socket is drained, so that the next
  // one waits without a system call of its own; a wait for a socket to be readable has one.
  socket_.async_read_some(asio::buffer(*inbox_), [self = connection_ptr{this}](
                                                     const error_code& failure, std::size_t size) {
    self->waiting_for_input_ = false;
    self->on_read(failure, size);
  });
}

void connection::doze() {
  const bool is_busy = !waiting_for_input_ || !input_.empty() || !writing_.empty();
  if (dozing_ || is_busy || host_.may_doze == 0) return;
  --host_.may_doze;
  dozing_ = true;
  // The inbox is the reader's until he has heard of it: on_read() goes on.
  error_code ignored;
  socket_.cancel(ignored);
}

void connection::wake(const error_code& failure) {
  waiting_for_input_ = false;
  if (failure == asio::error::operation_aborted) return;
  if (failure) return close();
  dozing_ = false;
  take_inbox();
  error_code problem;
  const std::size_t size = socket_.read_some(asio::buffer(*inbox_), problem);
  if (problem == asio::error::would_block) return wait_for_input();
  on_read(problem, size);
}

void connection::take_inbox() {
  if (host_.spare_inboxes.empty()) {
    inbox_ = std::make_unique_for_overwrite<inbox>();
  } else {
    inbox_ = std::move(host_.spare_inboxes.back());
    host_.spare_inboxes.pop_back();
  }
}

void connection::give_inbox_back() noexcept {
  if (inbox_ && host_.spare_inboxes.size() < host_.spare_inboxes.capacity())
    host_.spare_inboxes.push_back(std::move(inbox_));
  inbox_.reset();
}

void connection::on_read(const error_code& failure, std::size_t size) {
  if (failure == asio::error::operation_aborted) {
    if (!dozing_ || !socket_.is_open()) return;
    give_inbox_back();
    return wait_for_input();
  }
  dozing_ = false;
  if (failure == asio::error::eof) return on_end_of_input();
  if (failure) return close();
  // What a client says meanwhile, nobody asked for.
  if (phase_ == phase::lingering || phase_ == phase::streaming) return wait_for_input();
  if (size < inbox_->size()) return advance(std::string_view{inbox_->data(), size});
  // There is more: take as much as there is at once.
  std::copy(inbox_->begin(), inbox_->end(), host_.scratch.begin());
  error_code ignored; // it comes again at the next read
  size += socket_.read_some(asio::buffer(host_.scratch) + size, ignored);
  advance(std::string_view{host_.scratch.data(), size});
}

void connection::on_end_of_input() {
  end_of_input_ = true;
  // A client that only closed its half still gets what is left of the response.
  if (writing_.empty() || phase_ == phase::streaming) close();
}

void connection::advance(std::string_view fresh) {
  // An answer that is there before serve() returns comes back here: the loop below goes on with it.
  if (std::exchange(advancing_, true)) return;
  // Usually a request comes whole, and is parsed where it was read.
  std::string kept;
  if (!input_.empty()) {
    kept = std::exchange(input_, {});
    kept += fresh;
    fresh = kept;
  }
  while (!fresh.empty() && wants_request() && has_room())
    if (!parse(fresh)) break;
  input_.assign(fresh);
  advancing_ = false;
  if (wants_request() && has_room()) wait_for_input();
}

/// Feeds the parser; false if it needs bytes that have not come yet.
bool connection::parse(std::string_view& bytes) {
  if (phase_ == phase::idle) {
    // Some clients end a body with an empty line that is no part of it (RFC 9112, section 2.2).
    while (bytes.starts_with("\r\n"))
      bytes.remove_prefix(2);
    if (bytes.empty() || bytes == "\r") return false;
    prepare_exchange();
  }
  const auto used = parser_->put(bytes);
  if (!used) {
    refuse(used.error());
    return false;
  }
  bytes.remove_prefix(*used);
  if (parser_->complete()) {
    serve();
    return true;
  }
  if (phase_ == phase::header && parser_->header_complete()) {
    enter(phase::body, host_.options.body_timeout);
    if (parser_->expects_continue()) output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    flush();
    if (!socket_.is_open()) return false;
  }
  return *used > 0;
}

void connection::prepare_exchange() {
  auto& spare = host_.spare_requests;
  // Somebody may still hold the last one: the answer that is being given brings us here.
  if (!spare.empty() && spare.back().read->use_count() == 1) {
    current_ = std::move(spare.back().read);
    parser_ = std::move(spare.back().parser);
    spare.pop_back();
    current_->restart();
    parser_->restart();
  } else {
    current_ = exchange_ptr{new exchange};
    parser_ = std::make_unique<request_parser>(current_->incoming, host_.options.limits);
  }
  current_->peer_address = peer_address_;
  current_->sink = this;
  current_->started = enter(phase::header, host_.options.header_timeout);
}

void connection::leave_exchange() noexcept {
  auto& spare = host_.spare_requests;
  const std::size_t bodies = current_->incoming.body().size() + current_->outgoing.body.size();
  if (spare.size() < spare.capacity() && bodies <= limits::spare_body_bytes)
    spare.push_back({std::move(current_), std::move(parser_)});
  current_.reset();
  parser_.reset();
}

void connection::serve() {
  keep_alive_ = parser_->keep_alive();
  current_->handed_at = enter(phase::serving, host_.options.serve_timeout);
  // Its answer may be there before this returns, and takes it away from here.
  host_.serve(exchange_ptr{current_});
}

void connection::refuse(error cause) {
  keep_alive_ = false;
  current_->handed_at = enter(phase::serving, host_.options.serve_timeout);
  host_.refuse(exchange_ptr{current_}, std::move(cause));
}

// Writing ----------------------------------------------------------------------------------------

bool connection::has_room() const noexcept {
  return output_.size() + writing_.size() <= limits::response_backlog_bytes;
}

void connection::send(exchange& answered) {
  if (&answered != current_.get() || phase_ != phase::serving) return;
  const connection_ptr alive{this};
  if (answered.outgoing.is_stream) return begin_parts(answered);
  answered.sink = nullptr;
  keep_alive_ = keep_alive_ && answered.keep_alive && !draining_;
  if (output_.empty() && output_.capacity() < host_.spare_output.capacity())
    output_.swap(host_.spare_output);
  append_response(output_, answered, keep_alive_, host_.date_line);
  leave_exchange();
  if (keep_alive_)
    enter(phase::idle, host_.options.idle_timeout, answered.answered_at);
  else
    enter(phase::closing, host_.options.write_timeout, answered.answered_at);
  flush();
  if constexpr (is_metered) answered.written_at = std::chrono::steady_clock::now();
  if (phase_ == phase::idle && socket_.is_open()) advance({});
}

void connection::begin_parts(exchange& answered) {
  keep_alive_ = false;
  append_response(output_, answered, keep_alive_, host_.date_line);
  phase_ = phase::streaming;
  deadline_ = steady_time::max();
  flush();
  // To hear when the client is gone.
  wait_for_input();
}

bool connection::send_part(std::string_view part) {
  const connection_ptr alive{this};
  if (phase_ != phase::streaming || !socket_.is_open()) return false;
  if (output_.size() + writing_.size() + part.size() > limits::event_backlog_bytes) {
    close();
    return false;
  }
  output_ += part;
  flush();
  return socket_.is_open();
}

void connection::end_parts() {
  if (phase_ == phase::streaming) close();
}

void connection::flush() {
  if (!writing_.empty() || output_.empty()) return;
  error_code failure;
  const std::size_t size = socket_.write_some(asio::buffer(output_), failure);
  if (failure && failure != asio::error::would_block) return close();
  if (size == output_.size()) {
    output_.clear();
    give_output_back();
    return on_all_written();
  }
  // The client reads slowly: the rest goes when there is room.
  writing_ = output_.substr(size);
  output_.clear();
  write_rest();
}

/// The larger one serves the next response, whoever gets it, and no idle connection keeps one.
void connection::give_output_back() noexcept {
  std::string mine;
  mine.swap(output_);
  if (mine.capacity() > host_.spare_output.capacity() &&
      mine.capacity() <= limits::spare_body_bytes)
    mine.swap(host_.spare_output);
}

void connection::write_rest() {
  write_deadline_ = std::chrono::steady_clock::now() + host_.options.write_timeout;
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = connection_ptr{this}](const error_code& failure, std::size_t) {
                      self->writing_.clear();
                      if (failure) return self->close();
                      if (self->output_.empty()) return self->on_all_written();
                      self->writing_.swap(self->output_);
                      self->write_rest();
                    });
}

void connection::on_all_written() {
  if (phase_ == phase::closing) {
    if (end_of_input_) return close();
    error_code failure;
    socket_.shutdown(tcp_socket::shutdown_send, failure);
    if (failure) return close();
    enter(phase::lingering, host_.options.linger_timeout);
    wait_for_input();
  } else if (phase_ == phase::idle && end_of_input_) {
    close();
  } else if (phase_ == phase::idle && !input_.empty()) {
    advance({});
  }
}

} // namespace maque::http

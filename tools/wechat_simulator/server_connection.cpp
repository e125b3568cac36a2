#include "wechat_simulator/server_connection.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>

#include <utility>

namespace maque::wechat_simulator {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

std::string_view view_of(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

} // namespace

server_connection::server_connection(server_socket socket, std::shared_ptr<const server_host> host)
    : host_{std::move(host)}, stream_{std::move(socket)}, timer_{stream_.get_executor()} {
  error_code failure;
  const auto peer = stream_.socket().remote_endpoint(failure);
  if (!failure) client_ = peer.address().to_string();
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, failure);
}

server_connection::~server_connection() {
  host_->on_close();
}

void server_connection::end() noexcept {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.socket().close(ignored);
}

// Reading ----------------------------------------------------------------------------------------

void server_connection::read() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(host_->options.header_bytes));
  parser_->body_limit(host_->options.body_bytes);
  stream_.expires_after(host_->options.read_timeout);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const error_code& failure, std::size_t) {
                     self->on_read(failure);
                   });
}

void server_connection::on_read(const error_code& failure) {
  if (!failure) return serve();
  if (failure == http::error::body_limit) return refuse(413);
  if (failure == http::error::header_limit) return refuse(431);
  if (failure == http::error::end_of_stream || failure == http::error::partial_message)
    return end();
  // The parser's own errors are the client's; the others are the connection's.
  if (failure.category() == make_error_code(http::error::bad_method).category()) return refuse(400);
  end();
}

void server_connection::refuse(int status) {
  keep_alive_ = false;
  write_whole({status, "text/html", {}});
}

void server_connection::serve() {
  const auto& request = parser_->get();
  keep_alive_ = request.keep_alive();
  const incoming from{view_of(request.method_string()), view_of(request.target()), request.body(),
                      client_};
  if (host_->serve_later) {
    const bool taken = host_->serve_later(
        from, [self = shared_from_this()](answer given) { self->wait(std::move(given)); });
    if (taken) return stream_.expires_never();
  }
  wait(host_->serve(from));
}

// Answering --------------------------------------------------------------------------------------

void server_connection::wait(answer given) {
  if (given.latency.count() <= 0) return deliver(given);
  timer_.expires_after(given.latency);
  timer_.async_wait(
      [self = shared_from_this(), given = std::move(given)](const error_code& failure) {
        if (!failure) self->deliver(given);
      });
}

void server_connection::deliver(const answer& given) {
  switch (given.how) {
  case delivery::whole:
    return write_whole(given.reply);
  case delivery::drip:
    return write_header_then_drip(given.reply);
  case delivery::cut:
    return write_part(given.reply, given.reply.body.size() / 2);
  case delivery::close:
    return end();
  case delivery::hang:
    return hang();
  }
}

void server_connection::write_head(const wechat::reply& reply) {
  const auto reason = view_of(http::obsolete_reason(http::int_to_status(unsigned(reply.status))));
  output_.clear();
  output_.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ").append(reason);
  output_.append("\r\nContent-Type: ").append(reply.content_type);
  output_.append("\r\nContent-Length: ").append(std::to_string(reply.body.size()));
  output_.append(keep_alive_ ? "\r\nConnection: keep-alive\r\n\r\n"
                             : "\r\nConnection: close\r\n\r\n");
}

void server_connection::write_whole(const wechat::reply& reply) {
  write_part(reply, reply.body.size());
}

void server_connection::write_part(const wechat::reply& reply, std::size_t size) {
  write_head(reply);
  output_.append(reply.body, 0, size);
  if (size < reply.body.size()) keep_alive_ = false;
  stream_.expires_after(host_->options.write_timeout);
  asio::async_write(stream_, asio::buffer(output_),
                    [self = shared_from_this()](const error_code& failure, std::size_t) {
                      if (failure || !self->keep_alive_) return self->end();
                      self->read();
                    });
}

void server_connection::write_header_then_drip(const wechat::reply& reply) {
  keep_alive_ = false;
  write_head(reply);
  dripped_ = output_.size();
  output_ += reply.body;
  stream_.expires_after(host_->options.write_timeout);
  asio::async_write(stream_, asio::buffer(output_.data(), dripped_),
                    [self = shared_from_this()](const error_code& failure, std::size_t) {
                      if (failure) return self->end();
                      self->drip_next();
                    });
}

void server_connection::drip_next() {
  if (dripped_ == output_.size()) return end();
  timer_.expires_after(host_->options.drip_pause);
  timer_.async_wait([self = shared_from_this()](const error_code& waited) {
    if (waited) return;
    self->stream_.expires_after(self->host_->options.write_timeout);
    asio::async_write(self->stream_, asio::buffer(self->output_.data() + self->dripped_, 1),
                      [self](const error_code& failure, std::size_t) {
                        if (failure) return self->end();
                        ++self->dripped_;
                        self->drip_next();
                      });
  });
}

/// Whatever comes meanwhile, the client's end of the connection among it, is the end of ours.
void server_connection::hang() {
  stream_.expires_after(host_->options.hang);
  stream_.async_read_some(
      asio::buffer(scratch_),
      [self = shared_from_this()](const error_code&, std::size_t) { self->end(); });
}

} // namespace maque::wechat_simulator

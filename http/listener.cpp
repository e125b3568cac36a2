#include "http/listener.hpp"

#include "domain/limits.hpp"
#include "http/response_writer.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace maque::http {

using boost::system::error_code;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// After the process or the system ran out of descriptors: time for some to come back.
constexpr std::chrono::milliseconds accept_pause{100};

constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

tl::unexpected<error> cannot_listen(const std::string& host, std::uint16_t port,
                                    const error_code& failure) {
  return fail(errc::internal, {},
              "cannot listen on " + host + ":" + std::to_string(port) + ": " + failure.message());
}

/// Takes the address, with SO_REUSEPORT if `shared`. Returns what went wrong.
template <class Acceptor>
error_code bind_to(Acceptor& acceptor, const std::string& host, std::uint16_t port, bool shared) {
  error_code failure;
  const auto address = asio::ip::make_address(host, failure);
  const tcp::endpoint endpoint{address, port};
  const auto step = [&failure](auto&& action) {
    if (!failure) action();
  };
  step([&] { acceptor.open(endpoint.protocol(), failure); });
  step([&] { acceptor.set_option(tcp::acceptor::reuse_address{true}, failure); });
  step([&] { acceptor.set_option(reuse_port{shared}, failure); });
  step([&] { acceptor.bind(endpoint, failure); });
  return failure;
}

/// Says that there is no room; whether the client hears it does not matter.
void turn_away(tcp_socket socket) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(too_many_connections.data(), too_many_connections.size()),
                    ignored);
}

} // namespace

listener::listener(lane& home, listener_options options, serve_function serve,
                   refuse_function refuse)
    : home_{home}, options_{std::move(options)}, host_{options_.connections,
                                                       *options_.room,
                                                       options_.meter,
                                                       std::move(serve),
                                                       std::move(refuse),
                                                       {},
                                                       {},
                                                       {}},
      acceptor_{home.io().get_executor()} {
  host_.spare_inboxes.reserve(limits::spare_inboxes);
  host_.spare_requests.reserve(limits::spare_requests);
}

listener::~listener() {
  close_all();
}

result<std::string> resolve_host(const std::string& host) {
  error_code failure;
  asio::ip::make_address(host, failure);
  if (!failure) return host;
  asio::io_context context;
  const auto found = tcp::resolver{context}.resolve(host, "", failure);
  if (failure || found.empty())
    return fail(errc::internal, {}, "cannot find the host " + host + ": " + failure.message());
  return found.begin()->endpoint().address().to_string();
}

result<void> check_address_is_free(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  tcp::acceptor probe{context};
  error_code failure = bind_to(probe, host, port, false);
  if (!failure) probe.listen(1, failure);
  if (failure) return cannot_listen(host, port, failure);
  return {};
}

result<std::uint16_t> listener::open() {
  error_code failure = bind_to(acceptor_, options_.host, options_.port, true);
  if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) acceptor_.non_blocking(true, failure);
  if (failure) return cannot_listen(options_.host, options_.port, failure);
  options_.port = acceptor_.local_endpoint().port();
  home_.on_tick([this](steady_time now) { sweep(now); });
  return options_.port;
}

void listener::start() {
  host_.date_line = make_date_line(system_time_source{}.now());
  accept();
}

void listener::accept() {
  acceptor_.async_accept([this](const error_code& failure, tcp_socket socket) {
    on_accept(failure, std::move(socket));
  });
}

void listener::on_accept(const error_code& failure, tcp_socket socket) {
  if (!acceptor_.is_open()) return;
  if (failure == asio::error::no_descriptors || failure == asio::error::no_memory ||
      failure == asio::error::no_buffer_space ||
      failure == error_code{ENFILE, boost::system::system_category()}) {
    // Trying again at once would only spin.
    accept_again_at_ = std::chrono::steady_clock::now() + accept_pause;
    return;
  }
  if (!failure) {
    if (options_.room->take())
      admit(std::move(socket));
    else
      turn_away(std::move(socket));
  }
  accept();
}

void listener::admit(tcp_socket socket) {
  const connection_ptr client{new connection{std::move(socket), host_}};
  client->start();
}

void listener::drain(steady_time last_chance, std::function<void()> on_empty) {
  on_empty_ = std::move(on_empty);
  error_code ignored;
  // Who has been let in by the system already is served.
  for (;;) {
    error_code failure;
    tcp_socket socket{home_.io().get_executor()};
    acceptor_.accept(socket, failure);
    if (failure) break;
    if (options_.room->take()) admit(std::move(socket));
  }
  acceptor_.close(ignored);
  // From the back, as in sweep(): one that streams closes at once.
  for (std::size_t index = host_.open.size(); index > 0; --index) {
    if (index > host_.open.size()) continue;
    const connection_ptr client = host_.open[index - 1];
    client->drain(last_chance);
  }
  tell_if_empty();
}

void listener::tell_if_empty() {
  if (on_empty_ && host_.open.empty()) std::exchange(on_empty_, nullptr)();
}

void listener::close_all() noexcept {
  while (!host_.open.empty()) {
    const connection_ptr last = host_.open.back();
    last->close();
  }
}

void listener::sweep(steady_time now) {
  host_.date_line = make_date_line(system_time_source{}.now());
  host_.may_doze = limits::dozes_a_tick;
  // From the back: closing one moves the last one, which was seen already, into its place.
  for (std::size_t index = host_.open.size(); index > 0; --index) {
    if (index > host_.open.size()) continue;
    const connection_ptr client = host_.open[index - 1];
    client->enforce_deadline(now);
  }
  if (accept_again_at_ <= now) {
    accept_again_at_ = steady_time::max();
    if (acceptor_.is_open()) accept();
  }
  tell_if_empty();
}

} // namespace maque::http

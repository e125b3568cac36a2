#include "load_generator/worker.hpp"

#include "load_generator/response.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cmath>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace maque::bench {

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t losses_max = 1000;
/// In an open loop, what gets due in so short a time is sent together: waking up more often would
/// take from the server what is to be measured.
constexpr nanoseconds nap{100'000};
constexpr nanoseconds longest_nap{10'000'000};
constexpr std::size_t no_kind = SIZE_MAX; // The setup.

/// The last ten, with zeros in front.
std::array<char, 10> ten_digits(std::uint64_t number) noexcept {
  std::array<char, 10> digits{};
  for (auto at = digits.rbegin(); at != digits.rend(); ++at, number /= 10)
    *at = static_cast<char>('0' + number % 10);
  return digits;
}

int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (made < 0 || ::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int failure = errno;
    if (made >= 0) ::close(made);
    throw std::system_error{failure, std::generic_category(), "connect"};
  }
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

struct connection {
  int socket = -1;
  std::string received;      ///< The beginning of an answer.
  std::string refresh_token; ///< That was given last.
  std::string expected;      ///< Of the request under way.
  std::size_t kind = no_kind;
  steady_time due; ///< When the request under way should have been sent.
  bool is_waiting = false;
};

class worker {
public:
  worker(const load_plan& plan, std::size_t index)
      : plan_{plan}, number_{index}, random_{std::random_device{}()}, poll_{::epoll_create1(
                                                                          EPOLL_CLOEXEC)} {
    result_.kinds.resize(plan.kinds.size());
    std::vector<double> weights;
    for (const request_kind& kind : plan.kinds)
      weights.push_back(kind.weight);
    choose_ = std::discrete_distribution<std::size_t>{weights.begin(), weights.end()};
    const std::size_t count =
        plan.connections / plan.threads + (index < plan.connections % plan.threads ? 1 : 0);
    connections_.resize(count);
    share_ = static_cast<double>(count) / static_cast<double>(plan.connections);
    if (poll_ < 0) throw std::system_error{errno, std::generic_category(), "epoll"};
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
  }

  ~worker() {
    for (const connection& each : connections_)
      if (each.socket >= 0) ::close(each.socket);
    ::close(poll_);
  }

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  load_result run(start_line& start) {
    for (connection& each : connections_)
      open(each);
    set_up();
    begin_ = start.arrive();
    measured_from_ = begin_ + std::chrono::ceil<nanoseconds>(plan_.warm_up);
    end_ = measured_from_ + std::chrono::ceil<nanoseconds>(plan_.measured);
    result_.seconds.resize(static_cast<std::size_t>(std::ceil(plan_.measured.count())));
    if (plan_.rate > 0)
      run_open();
    else
      run_closed();
    return std::move(result_);
  }

private:
  bool is_open_loop() const noexcept { return plan_.rate > 0; }

  void open(connection& made) const {
    made.socket = connect_to(plan_.port);
    made.received.clear();
    made.is_waiting = false;
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &made;
    if (::epoll_ctl(poll_, EPOLL_CTL_ADD, made.socket, &wanted) != 0)
      throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
  }

  void reopen(connection& lost) {
    ::close(lost.socket);
    lost.socket = -1;
    if (++result_.connections_lost > losses_max)
      throw std::runtime_error{"the server closes its connections"};
    open(lost);
  }

  // Sending ---------------------------------------------------------------------------------------

  void send(connection& on, const prepared_request& request, std::size_t kind, steady_time due) {
    const auto number = ten_digits(number_);
    number_ += plan_.threads;
    const std::string* text = &request.text;
    if (request.number_at != std::string::npos || request.token_size > 0) {
      rendered_ = request.text;
      if (request.number_at != std::string::npos)
        rendered_.replace(request.number_at, 10, number.data(), 10);
      if (request.token_size > 0) {
        if (on.refresh_token.size() != request.token_size)
          throw std::runtime_error{"a refresh token of another length"};
        rendered_.replace(request.token_at, request.token_size, on.refresh_token);
      }
      text = &rendered_;
    }
    on.expected = request.expected;
    if (request.expected_at != std::string::npos)
      on.expected.replace(request.expected_at, 10, number.data(), 10);
    on.kind = kind;
    on.due = due;
    on.is_waiting = true;
    const auto sent = ::send(on.socket, text->data(), text->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(text->size())) return;
    reopen(on);
    if (!is_open_loop()) send_any(on, steady_clock::now());
  }

  void send_any(connection& on, steady_time due) {
    const std::size_t kind = plan_.kinds.size() == 1 ? 0 : choose_(random_);
    const auto& requests = plan_.kinds[kind].requests;
    send(on, requests[random_() % requests.size()], kind, due);
  }

  // Receiving -------------------------------------------------------------------------------------

  /// Waits for answers, at most so long; calls answered(connection) for each.
  template <class Answered>
  void poll(nanoseconds patience, Answered answered) {
    std::array<epoll_event, 256> events;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
    const timespec limit{seconds.count(), (patience - seconds).count()};
    const int count =
        ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
    for (int i = 0; i < count; ++i) {
      auto& each = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (receive(each)) answered(each);
    }
  }

  /// True if the connection is free for a request.
  bool receive(connection& from) {
    const auto size = ::recv(from.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (size <= 0) {
      reopen(from);
      return true;
    }
    std::string_view bytes{buffer_.data(), static_cast<std::size_t>(size)};
    if (!from.received.empty()) bytes = from.received += bytes;
    const auto read = read_response(bytes, joined_);
    if (!read) {
      if (from.received.empty()) from.received = bytes;
      return false;
    }
    if (!from.is_waiting || read->size != bytes.size())
      throw std::runtime_error{"an answer that nobody asked for"};
    judge(from, *read, bytes);
    from.received.clear();
    from.is_waiting = false;
    if (!read->keeps_alive) reopen(from);
    return true;
  }

  void judge(connection& from, const response& read, std::string_view bytes) {
    constexpr std::string_view before_token = R"("refresh_token":")";
    if (const std::size_t at = read.body.find(before_token);
        at != std::string_view::npos && !plan_.setup.empty()) {
      const std::string_view token = read.body.substr(at + before_token.size());
      from.refresh_token = token.substr(0, token.find('"'));
    }
    const bool is_setup = from.kind == no_kind;
    const int wanted = is_setup ? 200 : plan_.kinds[from.kind].status;
    const bool has_body = read.body.find(from.expected) != std::string_view::npos;
    if ((read.status != wanted || !has_body) && result_.example.empty())
      result_.example = bytes.substr(0, 2000);
    if (is_setup) {
      if (read.status != wanted) throw std::runtime_error{"setup: " + result_.example};
      return;
    }
    const steady_time now = steady_clock::now();
    // In an open loop a request belongs to the time at which it was to be sent; in a closed one it
    // counts when it is answered, or those of a slow server would never count.
    if ((is_open_loop() ? from.due : now) < measured_from_ || now >= end_) return;
    kind_result& kind = result_.kinds[from.kind];
    if (read.status != wanted)
      ++kind.wrong_status;
    else if (!has_body)
      ++kind.wrong_body;
    record(kind, from.due, now);
  }

  void record(kind_result& kind, steady_time due, steady_time now) {
    const auto took = static_cast<std::uint64_t>((now - due).count());
    kind.latency.add(took);
    const auto second = std::chrono::floor<std::chrono::seconds>(now - measured_from_).count();
    result_.seconds[std::min(static_cast<std::size_t>(second), result_.seconds.size() - 1)].add(
        took);
  }

  // The loops -------------------------------------------------------------------------------------

  void set_up() {
    if (plan_.setup.empty()) return;
    std::size_t missing = connections_.size();
    for (connection& each : connections_)
      send(each, plan_.setup[random_() % plan_.setup.size()], no_kind, {});
    const steady_time limit = steady_clock::now() + std::chrono::seconds{60};
    while (missing > 0) {
      poll(longest_nap, [&missing](connection&) { --missing; });
      if (steady_clock::now() > limit) throw std::runtime_error{"the setup takes too long"};
    }
  }

  void run_closed() {
    for (connection& each : connections_)
      send_any(each, steady_clock::now());
    while (steady_clock::now() < end_)
      poll(longest_nap, [this](connection& free) { send_any(free, steady_clock::now()); });
  }

  void run_open() {
    const double interval_ns = 1e9 / (plan_.rate * share_);
    const auto due_at = [&](std::uint64_t place) {
      return begin_ +
             nanoseconds{static_cast<std::int64_t>(static_cast<double>(place) * interval_ns)};
    };
    std::deque<connection*> free; // In turns, so that all of them are used.
    for (connection& each : connections_)
      free.push_back(&each);
    std::uint64_t next = 0;
    for (steady_time now = steady_clock::now(); now < end_; now = steady_clock::now()) {
      for (; !free.empty() && due_at(next) <= now; ++next) {
        connection* const on = free.front();
        free.pop_front();
        send_any(*on, due_at(next));
        if (!on->is_waiting) free.push_back(on); // It was lost and made anew.
      }
      const nanoseconds patience =
          free.empty() ? longest_nap
                       : std::clamp<nanoseconds>(due_at(next) - now, nap, longest_nap);
      poll(patience, [&free](connection& each) { free.push_back(&each); });
    }
    count_unanswered(next, due_at);
  }

  template <class DueAt>
  void count_unanswered(std::uint64_t next, DueAt due_at) {
    const auto count = [this](std::size_t kind, steady_time due) {
      if (due < measured_from_) return;
      ++result_.unanswered;
      record(result_.kinds[kind], due, end_);
    };
    for (const connection& each : connections_)
      if (each.is_waiting) count(each.kind, each.due);
    for (; due_at(next) < end_; ++next)
      count(plan_.kinds.size() == 1 ? 0 : choose_(random_), due_at(next));
  }

  const load_plan& plan_;
  std::uint64_t number_;
  double share_ = 1;
  std::minstd_rand random_;
  std::discrete_distribution<std::size_t> choose_;
  int poll_ = -1;
  std::vector<connection> connections_;
  steady_time begin_;
  steady_time measured_from_;
  steady_time end_;
  load_result result_;
  std::string rendered_;
  std::string joined_;
  std::array<char, 65536> buffer_{};
};

} // namespace

void load_result::merge(const load_result& other) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i].latency.merge(other.kinds[i].latency);
    kinds[i].wrong_status += other.kinds[i].wrong_status;
    kinds[i].wrong_body += other.kinds[i].wrong_body;
  }
  for (std::size_t i = 0; i < seconds.size(); ++i)
    seconds[i].merge(other.seconds[i]);
  connections_lost += other.connections_lost;
  unanswered += other.unanswered;
  if (example.empty()) example = other.example;
}

load_result run_worker(const load_plan& plan, std::size_t index, start_line& start) {
  return std::make_unique<worker>(plan, index)->run(start);
}

} // namespace maque::bench

#pragma once

#include <atomic>
#include <list>
#include <thread>

namespace maque::test {

/// Stands between a client and a PostgreSQL server, and loses the connection at the worst moment.
class postgres_proxy {
public:
  enum class moment {
    never,
    before_commit, ///< The server never gets the COMMIT.
    during_commit, ///< The server gets the COMMIT; the client is gone before it's done.
    after_commit,  ///< The server has committed; the client doesn't get the reply.
  };

  explicit postgres_proxy(int server_port);
  ~postgres_proxy();
  postgres_proxy(const postgres_proxy&) = delete;
  postgres_proxy& operator=(const postgres_proxy&) = delete;

  int port() const noexcept { return port_; }

  /// Once, at the next COMMIT.
  void cut(moment when) { next_cut_ = when; }
  /// Whether the cut was made.
  bool has_cut() const { return next_cut_ == moment::never; }

private:
  struct link {
    int client;
    int server;
    bool reply_is_lost = false;
  };

  void run();
  void accept_one();
  /// Whether the link goes on.
  bool forward_request(link& between);
  bool forward_reply(link& between);

  int server_port_;
  int listener_;
  int port_;
  int wake_up_[2];
  std::atomic<moment> next_cut_ = moment::never;
  std::list<link> links_;
  std::thread thread_;
};

} // namespace maque::test

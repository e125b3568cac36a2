#pragma once

#include "support/temporary_folder.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace maque::test {

/// A PostgreSQL server of our own on a free port of 127.0.0.1, made in a temporary folder with the
/// installed binaries. It ends when this goes, or when the process ends in whatever way. As it
/// refuses to run as root, root runs it as the user postgres, or as nobody.
///
/// fsync is off: no test pulls the plug of the machine.
class postgres_server {
public:
  /// The one that all tests of this process share.
  static postgres_server& shared();

  postgres_server();
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  std::string url(const std::string& database) const { return url(database, port_); }
  std::string url(const std::string& database, int port) const;
  int port() const noexcept { return port_; }
  /// The certificate that it shows for 127.0.0.1, signed by itself, in PEM. TLS is there for who
  /// asks for it.
  std::filesystem::path certificate() const { return folder_.path() / "server.crt"; }

  /// Makes a database whose name nobody has. @param source what it is a copy of.
  std::string make_database(const std::string& source = "template0");
  /// Also when there are connections to it.
  void drop_database(const std::string& name);
  /// Runs `sql` and returns the first column of the last row as text; empty if there is none.
  std::string query(const std::string& database, const std::string& sql) const;

  /// Starts it when it was stopped.
  void start();
  /// Ends all connections and the server; the databases stay.
  void stop();

  /// While one of these lives, the server and all of its processes hang.
  class hang {
  public:
    explicit hang(postgres_server& server);
    ~hang();
    hang(const hang&) = delete;
    hang& operator=(const hang&) = delete;

  private:
    std::vector<pid_t> stopped_;
  };

  /// While one of these lives, the server takes no writes, as a standby.
  class read_only {
  public:
    explicit read_only(postgres_server& server);
    ~read_only();
    read_only(const read_only&) = delete;
    read_only& operator=(const read_only&) = delete;

  private:
    postgres_server& server_;
  };

private:
  void set_read_only(bool value) const;
  void make_certificate() const;
  bool answers() const;

  temporary_folder folder_;
  std::string programs_;
  int port_ = 0;
  pid_t process_ = -1;
  int databases_ = 0;
};

/// A database that is dropped when this goes.
class postgres_database {
public:
  postgres_database(postgres_server& server, const std::string& source)
      : server_{server}, name_{server.make_database(source)} {}
  ~postgres_database() { server_.drop_database(name_); }
  postgres_database(const postgres_database&) = delete;
  postgres_database& operator=(const postgres_database&) = delete;

  std::string url() const { return server_.url(name_); }
  const std::string& name() const noexcept { return name_; }
  std::string query(const std::string& sql) const { return server_.query(name_, sql); }

private:
  postgres_server& server_;
  std::string name_;
};

} // namespace maque::test

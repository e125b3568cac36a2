#include "support/postgres_server.hpp"

#include "support/certificate.hpp"
#include "support/patience.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// libpqxx 6 forgets the result that says that a connection broke, some 2 kB each time.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQmakeEmptyPGresult\n";
}

namespace maque::test {
namespace {

namespace fs = std::filesystem;

std::string find_programs() {
  std::string newest;
  std::error_code none;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql", none}) {
    const auto programs = version.path() / "bin";
    if (fs::exists(programs / "postgres") && programs > newest) newest = programs;
  }
  if (newest.empty())
    throw std::runtime_error{"no PostgreSQL server: tools/install-dependencies test"};
  return newest;
}

/// The user that the server runs as; null: the one that we are.
const passwd* server_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
  ::close(probe);
  if (!bound) throw std::runtime_error{"no free port"};
  return ntohs(address.sin_port);
}

/// Starts a program whose output goes to `log`. It is ended when this process ends.
pid_t spawn(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const passwd* const user = server_user();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;

  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  const bool is_user =
      user == nullptr ||
      (::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0);
  // After the change of the user, which forgets it. SIGQUIT: at once, but nothing is left behind.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (is_user && ::getppid() == parent && ::chdir("/") == 0)
    ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string content_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

struct connection_closer {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct result_closer {
  void operator()(PGresult* rows) const { PQclear(rows); }
};

} // namespace

postgres_server& postgres_server::shared() {
  static postgres_server server;
  return server;
}

postgres_server::postgres_server() : programs_{find_programs()} {
  if (const passwd* user = server_user();
      user != nullptr && ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error{"can't give the folder to the server's user"};
  const auto log = folder_.path() / "log";
  // Sorted as in English by default, so that whoever needs an order by bytes has to say so.
  const pid_t initdb = spawn({programs_ + "/initdb", "--pgdata", folder_.path() / "data",
                              "--auth=trust", "--username=maque", "--no-sync", "--encoding=UTF8",
                              "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"},
                             log);
  if (wait_for(initdb) != 0) throw std::runtime_error{"initdb: " + content_of(log)};
  make_certificate();
  start();
}

void postgres_server::make_certificate() const {
  const fs::path key = folder_.path() / "server.key";
  write_certificate(certificate(), key, "IP:127.0.0.1");
  fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
  if (const passwd* user = server_user();
      user != nullptr && ::chown(key.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error{"can't give the key to the server's user"};
}

postgres_server::~postgres_server() {
  stop();
}

void postgres_server::start() {
  if (process_ > 0) return;
  constexpr int attempts = 5;
  const auto log = folder_.path() / "log";
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (port_ == 0) port_ = free_port();
    process_ = spawn({programs_ + "/postgres",
                      "-D",
                      folder_.path() / "data",
                      "-p",
                      std::to_string(port_),
                      "-c",
                      "listen_addresses=127.0.0.1",
                      "-c",
                      "unix_socket_directories=" + folder_.path().string(),
                      "-c",
                      "fsync=off",
                      "-c",
                      "max_connections=200",
                      "-c",
                      "deadlock_timeout=50ms",
                      "-c",
                      "ssl=on",
                      "-c",
                      "ssl_cert_file=" + certificate().string(),
                      "-c",
                      "ssl_key_file=" + (folder_.path() / "server.key").string()},
                     log);
    bool ended = false;
    const auto up = [&] {
      ended = ::waitpid(process_, nullptr, WNOHANG) == process_;
      return ended || answers();
    };
    if (eventually(up) && !ended) return;
    // Somebody else took the port.
    if (!ended) stop();
    process_ = -1;
    port_ = 0;
  }
  throw std::runtime_error{"PostgreSQL doesn't start: " + content_of(log)};
}

void postgres_server::stop() {
  if (process_ <= 0) return;
  ::kill(process_, SIGINT); // Fast: doesn't wait for those who are connected.
  wait_for(process_);
  process_ = -1;
}

bool postgres_server::answers() const {
  return PQping(url("template1").c_str()) == PQPING_OK;
}

std::string postgres_server::url(const std::string& database, int port) const {
  return "postgres://maque@127.0.0.1:" + std::to_string(port) + "/" + database + "?sslmode=disable";
}

std::string postgres_server::make_database(const std::string& source) {
  const std::string name = "test_" + std::to_string(++databases_);
  query("postgres", "CREATE DATABASE " + name + " TEMPLATE " + source);
  return name;
}

void postgres_server::drop_database(const std::string& name) {
  query("postgres", "DROP DATABASE " + name + " WITH (FORCE)");
}

std::string postgres_server::query(const std::string& database, const std::string& sql) const {
  const std::unique_ptr<PGconn, connection_closer> connection{PQconnectdb(url(database).c_str())};
  const std::unique_ptr<PGresult, result_closer> rows{PQexec(connection.get(), sql.c_str())};
  const auto status = PQresultStatus(rows.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error{sql + ": " + PQerrorMessage(connection.get())};
  const int last = PQntuples(rows.get()) - 1;
  return last < 0 ? "" : PQgetvalue(rows.get(), last, 0);
}

void postgres_server::set_read_only(bool value) const {
  const std::string wanted = value ? "on" : "off";
  query("postgres", "ALTER SYSTEM SET default_transaction_read_only = " + wanted);
  query("postgres", "SELECT pg_reload_conf()");
  await([&] { return query("postgres", "SHOW default_transaction_read_only") == wanted; },
        "the server does not read its configuration");
}

postgres_server::read_only::read_only(postgres_server& server) : server_{server} {
  server_.set_read_only(true);
}

postgres_server::read_only::~read_only() {
  server_.set_read_only(false);
}

postgres_server::hang::hang(postgres_server& server) {
  const auto stop = [&](pid_t process) {
    ::kill(process, SIGSTOP);
    stopped_.push_back(process);
  };
  const std::string main = std::to_string(server.process_);
  // It first: what it doesn't start any more needn't be stopped.
  stop(server.process_);
  std::ifstream children{"/proc/" + main + "/task/" + main + "/children"};
  for (pid_t child = 0; children >> child;)
    stop(child);
}

postgres_server::hang::~hang() {
  for (const pid_t process : stopped_)
    ::kill(process, SIGCONT);
}

} // namespace maque::test

#include "maque_program.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// The program on a PostgreSQL database of its own.
class OnPostgres : public testing::Test {
protected:
  OnPostgres() { start(); }

  void start(std::vector<std::string> arguments = {"--http.request_timeout=3s",
                                                   "--log.access_sample=0"}) {
    server.emplace(folder.path(), std::move(arguments),
                   std::map<std::string, std::string>{{"MAQUE_DATABASE_URL", database.url()}});
  }

  std::uint16_t port() const { return server->port(); }

  std::size_t count(const std::string& what) const {
    return std::stoul(database.query("SELECT count(*) FROM " + what));
  }

  temporary_folder folder;
  postgres_database database{postgres_server::shared(), "template0"};
  std::optional<running_maque> server;
};

TEST_F(OnPostgres, LogsInShowsChangesAndLogsOut) {
  const login alice = log_in(port(), "dev-alice");
  const auto changed =
      server->ask({"PATCH", "/api/user/info", alice.access_token, R"({"nickname":"爱丽丝"})"});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(server->stop(), 0);
  start();
  const auto shown = server->ask({"GET", "/api/user/info", alice.access_token, {}});
  EXPECT_EQ(shown.json().at("data").at("nickname"), "爱丽丝");
  EXPECT_EQ(server->ask({"POST", "/api/v1/logout", alice.access_token, {}}).status, 200);
  EXPECT_EQ(server->ask({"GET", "/api/user/info", alice.access_token, {}}).status, 401);
}

// Moving ------------------------------------------------------------------------------------------

TEST_F(OnPostgres, MovesToSqliteAndBackWithItsSessions) {
  const login alice = log_in(port(), "dev-alice");
  ASSERT_EQ(server->ask({"PATCH", "/api/user/info", alice.access_token, R"({"nickname":"爱丽丝"})"})
                .status,
            200);
  const auto run_maque = [this](std::vector<std::string> arguments, const std::string& url) {
    const auto ended =
        run(maque_in(folder.path(), std::move(arguments), {{"MAQUE_DATABASE_URL", url}}));
    EXPECT_EQ(ended.status.code, 0) << ended.error;
  };
  const postgres_database other{postgres_server::shared(), "template0"};
  const std::string sqlite = "sqlite:moved/maque.db";
  run_maque({"export", "1.jsonl"}, database.url()); // The server goes on.
  EXPECT_EQ(server->stop(), 0);
  run_maque({"import", "1.jsonl"}, sqlite);
  run_maque({"export", "2.jsonl"}, sqlite);
  run_maque({"import", "2.jsonl"}, other.url());
  run_maque({"export", "3.jsonl"}, other.url());
  const auto rows_of = [this](const char* file) {
    const std::string text = read_file(folder.path() / file);
    return text.substr(text.find('\n'));
  };
  EXPECT_EQ(rows_of("2.jsonl"), rows_of("1.jsonl"));
  EXPECT_EQ(rows_of("3.jsonl"), rows_of("1.jsonl"));

  for (const std::string& url : {sqlite, other.url()}) {
    const running_maque moved{folder.path(), {}, {{"MAQUE_DATABASE_URL", url}}};
    const auto shown = moved.ask({"GET", "/api/user/info", alice.access_token, {}});
    EXPECT_EQ(shown.json().at("data").at("nickname"), "爱丽丝");
  }
}

TEST_F(OnPostgres, IsBackedUpWithItsOwnTools) {
  const auto refused =
      run(maque_in(folder.path(), {"backup", "copy.db"}, {{"MAQUE_DATABASE_URL", database.url()}}));
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_NE(refused.error.find("pg_dump"), std::string::npos) << refused.error;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "copy.db"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "copy.db.part"));
}

// Without a database ------------------------------------------------------------------------------

TEST_F(OnPostgres, ServesWhatIsCachedAndRefusesTheRestPromptlyWhileTheDatabaseIsAway_ASVS_16_5_3) {
  const login alice = log_in(port(), "dev-alice");
  const login bob = log_in(port(), "dev-bob");
  const request show_alice{"GET", "/api/user/info", alice.access_token, {}};
  // One connection stays with one lane, whose cache then has alice.
  client_connection connection{port()};
  const auto ask_again = [&connection](const request& asked) {
    connection.send(serialise(asked));
    return connection.receive().value_or(response{}).status;
  };
  ASSERT_EQ(ask_again(show_alice), 200);
  postgres_server::shared().stop();

  const auto not_ready = [this] { return server->ask({"GET", "/readyz", {}, {}}); };
  await([&] { return not_ready().status == 503; }, "the server does not notice");
  EXPECT_EQ(not_ready().json().at("checks").at("database"), "unavailable");
  EXPECT_EQ(ask_again(show_alice), 200);
  EXPECT_EQ(server->ask({"GET", "/api/config", {}, {}}).status, 200);
  for (const request& asked :
       {request{"GET", "/api/v1/users", bob.access_token, {}}, login_request("dev-carol"),
        request{"PATCH", "/api/user/info", bob.access_token, R"({"nickname":"b"})"}}) {
    const auto begin = clock::now();
    const auto refused = server->ask(asked);
    EXPECT_EQ(refused.status, 503) << asked.path;
    EXPECT_EQ(refused.json().at("code"), 50302) << asked.path;
    EXPECT_LT(clock::now() - begin, 1s) << asked.path;
  }

  postgres_server::shared().start();
  // Each lane has connections of its own, and a new client may come to any of them.
  int in_a_row = 0;
  await(
      [&] {
        const int status = server->ask({"GET", "/api/v1/users", bob.access_token, {}}).status;
        in_a_row = status == 200 ? in_a_row + 1 : 0;
        return in_a_row == 20;
      },
      "the server does not come back");
  EXPECT_EQ(server->ask({"GET", "/readyz", {}, {}}).status, 200);
}

TEST_F(OnPostgres, AnswersEveryRequestByItsDeadlineWhileTheDatabaseHangs) {
  const login alice = log_in(port(), "dev-alice");
  {
    const postgres_server::hang hanging{postgres_server::shared()};
    std::vector<std::jthread> clients;
    std::mutex mutex;
    std::vector<int> statuses;
    for (int client = 0; client < 8; ++client)
      clients.emplace_back([&] {
        for (int number = 0; number < 3; ++number) {
          const auto begin = clock::now();
          const int status = server->ask({"GET", "/api/v1/users", alice.access_token, {}}).status;
          EXPECT_LT(clock::now() - begin, 4s);
          const std::lock_guard lock{mutex};
          statuses.push_back(status);
        }
      });
    clients.clear();
    EXPECT_TRUE(
        std::ranges::all_of(statuses, [](int status) { return status == 503 || status == 504; }));
  }
  await(
      [&] {
        return server->ask({"GET", "/readyz", {}, {}}).status == 200;
      },
      "the server does not come back");
}

TEST_F(OnPostgres, RefusesAllPromptlyFromTheFirstTimeThatTheDatabaseDidNotAnswer) {
  EXPECT_EQ(server->stop(), 0);
  start({"--http.request_timeout=5s", "--database.statement_timeout=1s", "--server.lanes=1"});
  const login alice = log_in(port(), "dev-alice");
  {
    const postgres_server::hang hanging{postgres_server::shared()};
    EXPECT_EQ(server->ask({"GET", "/api/v1/users", alice.access_token, {}}).status, 503);
    int codes = 0; // Each works once.
    // Longer than an attempt to connect takes.
    for (const auto end = clock::now() + 8s; clock::now() < end;) {
      for (const request& asked : {request{"GET", "/api/v1/users", alice.access_token, {}},
                                   login_request("dev-bob." + std::to_string(++codes)),
                                   request{"GET", "/readyz", {}, {}}}) {
        const auto begin = clock::now();
        EXPECT_EQ(server->ask(asked).status, 503) << asked.path;
        EXPECT_LT(clock::now() - begin, 200ms) << asked.path;
      }
    }
  }
  await(
      [this] {
        return server->ask({"GET", "/readyz", {}, {}}).status == 200;
      },
      "the server does not come back");
  log_in(port(), "dev-bob");
}

TEST_F(OnPostgres, IsNotReadyWhileTheDatabaseTakesNoWritesAndComesBackByItself) {
  const login alice = log_in(port(), "dev-alice");
  const request change{"PATCH", "/api/user/info", alice.access_token, R"({"nickname":"a"})"};
  const auto in_a_row = [this](const request& asked, int status) {
    // Each lane has connections of its own, and a new client may come to any of them.
    int count = 0;
    await(
        [&] {
          count = server->ask(asked).status == status ? count + 1 : 0;
          return count == 20;
        },
        asked.path + " is not answered with " + std::to_string(status));
  };
  {
    const postgres_server::read_only standing_by{postgres_server::shared()};
    for (int time = 0; time < 10; ++time) {
      const auto begin = clock::now();
      EXPECT_EQ(server->ask(change).status, 503);
      EXPECT_LT(clock::now() - begin, 1s);
    }
    in_a_row({"GET", "/readyz", {}, {}}, 503);
  }
  in_a_row(change, 200);
  EXPECT_EQ(server->ask({"GET", "/readyz", {}, {}}).status, 200);
}

// Connections that end, again and again -----------------------------------------------------------

/// What one client did and saw.
struct history {
  std::string user_id;
  std::size_t changes_asked = 0;
  std::size_t changes_done = 0; ///< Acknowledged; the last of them is the number in the nickname.
  std::size_t logins_asked = 0;
  std::vector<std::string> users_made;
  std::vector<std::string> complaints;
  std::vector<clock::time_point> answers; ///< Of the good ones.
};

std::string nickname_of(std::size_t number) {
  return "n" + std::to_string(number);
}

/// Changes one user, logs new ones in, and looks whether what was acknowledged is there.
class restless_client {
public:
  restless_client(std::uint16_t port, std::string name)
      : port_{port}, name_{std::move(name)}, who_{log_in(port, "dev-" + name_)} {
    seen_.user_id = who_.user_id;
  }

  history run(const std::atomic<bool>& stop) {
    while (!stop) {
      change();
      log_somebody_in();
      look();
    }
    return std::move(seen_);
  }

private:
  void change() {
    const std::size_t number = ++seen_.changes_asked;
    const auto answer = ask_timed({"PATCH", "/api/user/info", who_.access_token,
                                   R"({"nickname":")" + nickname_of(number) + "\"}"});
    if (answer.status != 200) return;
    ++seen_.changes_done;
    last_done_ = number;
  }

  void log_somebody_in() {
    const std::string code = "dev-" + name_ + "-" + std::to_string(++seen_.logins_asked);
    const auto answer = ask_timed(login_request(code));
    if (answer.status == 200) seen_.users_made.push_back(read_login(answer).user_id);
  }

  void look() {
    const auto answer = ask_timed({"GET", "/api/user/info", who_.access_token, {}});
    if (answer.status != 200) return;
    const std::string nickname = answer.json().at("data").at("nickname");
    const std::size_t number = nickname.empty() ? 0 : std::stoul(nickname.substr(1));
    // A change that was not acknowledged may have been made all the same.
    if (number < last_done_ || number > seen_.changes_asked)
      seen_.complaints.push_back("change " + std::to_string(last_done_) + " was lost: " + nickname);
  }

  response ask_timed(const request& asked) {
    const auto begin = clock::now();
    const auto answer = ask(port_, asked);
    const auto end = clock::now();
    // The deadline, the lane's tick, and what a busy machine adds.
    if (end - begin > 3s + 2s) seen_.complaints.push_back("late: " + asked.path);
    if (answer.status == 200)
      seen_.answers.push_back(end);
    else if (answer.status != 503 && answer.status != 504)
      seen_.complaints.push_back(asked.path + ": " + answer.body);
    return answer;
  }

  std::uint16_t port_;
  std::string name_;
  login who_;
  std::size_t last_done_ = 0;
  history seen_;
};

std::string joined(const std::vector<std::string>& ids) {
  std::string list = "0";
  for (const std::string& id : ids)
    list.append(",").append(id);
  return list;
}

std::size_t answers_between(const std::vector<history>& all, clock::time_point begin,
                            clock::time_point end) {
  std::size_t count = 0;
  for (const history& one : all)
    count += static_cast<std::size_t>(std::ranges::count_if(
        one.answers, [&](clock::time_point at) { return at >= begin && at < end; }));
  return count;
}

/// How long connections are ended; longer if asked for.
std::chrono::seconds storm() {
  const char* const given = std::getenv("MAQUE_TEST_STORM_SECONDS");
  return std::chrono::seconds{given != nullptr ? std::atoi(given) : 10};
}

TEST_F(OnPostgres, LosesAndDoublesNoAcknowledgedWriteWhileItsConnectionsAreEnded) {
  constexpr std::size_t clients = 8;
  std::atomic<bool> stop = false;
  std::vector<history> seen(clients);
  clock::time_point storm_begin;
  clock::time_point storm_end;
  {
    std::vector<std::jthread> threads;
    for (std::size_t client = 0; client < clients; ++client)
      threads.emplace_back([&, client] {
        seen[client] = restless_client{port(), "c" + std::to_string(client)}.run(stop);
      });
    const auto begin = clock::now();
    eventually([&] { return clock::now() >= begin + 3s; });
    storm_begin = clock::now();
    for (auto next = storm_begin; next < storm_begin + storm(); next += 200ms) {
      eventually([&] { return clock::now() >= next; });
      database.query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                     " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
    storm_end = clock::now();
    eventually([&] { return clock::now() >= storm_end + 3s; });
    stop = true;
  }

  std::size_t logins_done = 0;
  std::size_t logins_asked = clients;
  for (const history& one : seen) {
    EXPECT_EQ(one.complaints, std::vector<std::string>{});
    EXPECT_GT(one.changes_done, 0U);
    logins_done += one.users_made.size();
    logins_asked += one.logins_asked;
    // Each change raises the revision by one, from 1.
    const auto revision =
        std::stoul(database.query("SELECT revision FROM users WHERE id = " + one.user_id));
    EXPECT_GE(revision, 1 + one.changes_done);
    EXPECT_LE(revision, 1 + one.changes_asked);
    EXPECT_EQ(count("wechat_identities WHERE user_id IN (" + joined(one.users_made) + ")"),
              one.users_made.size());
  }
  EXPECT_GE(count("users"), logins_done + clients);
  EXPECT_LE(count("users"), logins_asked);
  EXPECT_EQ(count("sessions"), count("users")) << "a login opens one session";
  EXPECT_EQ(count("wechat_identities"), count("users"));

  // As many as before, within a second of the end; half, as the machine may be busy.
  const auto before = answers_between(seen, storm_begin - 2s, storm_begin);
  const auto after = answers_between(seen, storm_end + 1s, storm_end + 3s);
  EXPECT_GT(after, before / 2);
  const auto during =
      answers_between(seen, storm_begin, storm_end) / static_cast<std::size_t>(storm().count());
  std::cout << "good answers a second: " << before / 2 << " before, " << during << " during, "
            << after / 2 << " after\n";
}

} // namespace
} // namespace maque::test

#include "support/certificate.hpp"
#include "support/temporary_folder.hpp"
#include "wechat/transport.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace maque::wechat {
namespace {

using namespace std::chrono_literals;

/// Sets an environment variable as long as it lives.
class scoped_environment {
public:
  scoped_environment(std::string name, const std::string& value) : name_{std::move(name)} {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~scoped_environment() {
    if (before_) {
      setenv(name_.c_str(), before_->c_str(), 1);
    } else {
      unsetenv(name_.c_str());
    }
  }
  scoped_environment(const scoped_environment&) = delete;
  scoped_environment& operator=(const scoped_environment&) = delete;

private:
  std::string name_;
  std::optional<std::string> before_;
};

/// Gives SIGPIPE its deadly default back, which a server in the same process may have taken away.
class deadly_sigpipe {
public:
  deadly_sigpipe() : before_{std::signal(SIGPIPE, SIG_DFL)} {}
  ~deadly_sigpipe() { std::signal(SIGPIPE, before_); }
  deadly_sigpipe(const deadly_sigpipe&) = delete;
  deadly_sigpipe& operator=(const deadly_sigpipe&) = delete;

private:
  void (*before_)(int);
};

/// An HTTPS server on 127.0.0.1 that answers a GET with its peer's port, and closes on a POST
/// without reading its body.
class https_server {
public:
  https_server(const std::filesystem::path& certificate, const std::filesystem::path& key,
               int port = 0)
      : server_{certificate.c_str(), key.c_str()} {
    server_.set_keep_alive_timeout(1);
    server_.Get("/never", [this](const httplib::Request&, httplib::Response&) {
      closing_.get_future().wait();
    });
    server_.Get(".*", [](const httplib::Request& asked, httplib::Response& answer) {
      answer.set_content(std::to_string(asked.remote_port), "text/plain");
    });
    server_.set_pre_routing_handler([](const httplib::Request& asked, httplib::Response&) {
      if (asked.method == "POST") shutdown(SSL_get_fd(asked.ssl), SHUT_RDWR);
      return httplib::Server::HandlerResponse::Unhandled;
    });
    port_ = port == 0 ? server_.bind_to_any_port("127.0.0.1") : port;
    if (port != 0) server_.bind_to_port("127.0.0.1", port);
    thread_ = std::thread{[this] {
      // Here and in the threads that this one starts: a test is about the client's signals.
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      server_.listen_after_bind();
    }};
    while (!server_.is_running())
      std::this_thread::yield();
  }
  ~https_server() {
    closing_.set_value();
    server_.stop();
    thread_.join();
  }
  https_server(const https_server&) = delete;
  https_server& operator=(const https_server&) = delete;

  int port() const { return port_; }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

private:
  httplib::SSLServer server_;
  std::promise<void> closing_;
  int port_ = 0;
  std::thread thread_;
};

class HttpsTransport : public testing::Test {
protected:
  void make_certificate(const std::string& subject_alternative_name) {
    maque::test::write_certificate(certificate_, key_, subject_alternative_name);
  }

  static result<reply> get(transport& via) {
    return via.get("/", std::chrono::steady_clock::now() + 20s);
  }

  maque::test::temporary_folder folder_;
  std::filesystem::path certificate_ = folder_.path() / "certificate.pem";
  std::filesystem::path key_ = folder_.path() / "key.pem";
};

TEST_F(HttpsTransport, Asvs12_3_RefusesACertificateThatNobodyVouchesFor) {
  make_certificate("IP:127.0.0.1");
  const https_server server{certificate_, key_};
  const auto via = make_http_transport(server.url(), 20s);
  const auto answer = get(*via);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_NE(answer.error().cause.find("not trusted"), std::string::npos) << answer.error().cause;
}

TEST_F(HttpsTransport, Asvs12_3_RefusesATrustedCertificateOfAnotherServer) {
  make_certificate("DNS:another.example");
  const scoped_environment trust{"SSL_CERT_FILE", certificate_};
  const https_server server{certificate_, key_};
  const auto via = make_http_transport(server.url(), 20s);
  const auto answer = get(*via);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
}

TEST_F(HttpsTransport, TalksToATrustedServerOverOneConnection) {
  make_certificate("IP:127.0.0.1");
  const scoped_environment trust{"SSL_CERT_FILE", certificate_};
  const https_server server{certificate_, key_};
  const auto via = make_http_transport(server.url(), 20s);
  const auto first = get(*via);
  ASSERT_TRUE(first) << first.error().cause;
  const auto second = get(*via);
  ASSERT_TRUE(second) << second.error().cause;
  EXPECT_EQ(first->body, second->body) << "each came over a connection of its own";
}

TEST_F(HttpsTransport, ConnectsAgainWhenTheServerHasClosed) {
  make_certificate("IP:127.0.0.1");
  const scoped_environment trust{"SSL_CERT_FILE", certificate_};
  std::optional<https_server> server{std::in_place, certificate_, key_};
  const int port = server->port();
  const auto via = make_http_transport(server->url(), 20s);
  ASSERT_TRUE(get(*via));
  server.reset();
  server.emplace(certificate_, key_, port);
  const auto answer = get(*via);
  EXPECT_TRUE(answer) << answer.error().cause;
}

TEST_F(HttpsTransport, DoesNotWaitBeyondTheDeadlineWithinTls) {
  make_certificate("IP:127.0.0.1");
  const scoped_environment trust{"SSL_CERT_FILE", certificate_};
  const https_server server{certificate_, key_};
  const auto via = make_http_transport(server.url(), 20s);
  ASSERT_TRUE(get(*via));
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = via->get("/never", begin + 100ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(HttpsTransport, SurvivesAPeerThatClosesWhileItIsWrittenTo) {
  make_certificate("IP:127.0.0.1");
  const scoped_environment trust{"SSL_CERT_FILE", certificate_};
  const https_server server{certificate_, key_};
  const auto via = make_http_transport(server.url(), 20s);
  {
    const deadly_sigpipe deadly;
    EXPECT_FALSE(via->post("/", std::string(32UL * 1024 * 1024, 'x'),
                           std::chrono::steady_clock::now() + 20s));
  }
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGPIPE), 0) << "the thread's signal mask was not restored";
}

} // namespace
} // namespace maque::wechat

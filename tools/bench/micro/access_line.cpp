#include "http/access_log.hpp"
#include "micro/hot_path.hpp"
#include "telemetry/log.hpp"

#include <chrono>

namespace maque::bench {

namespace {

using namespace std::chrono_literals;

/// A line a request, gathered; who writes them has a thread of his own, which is not counted.
class logging final : public hot_path {
public:
  logging() {
    exchange_->incoming.set_method("GET");
    exchange_->incoming.set_target("/api/user/info");
    exchange_->peer_address = "203.0.113.7";
    exchange_->client_address = exchange_->peer_address;
    exchange_->identity = http::caller{{250'123'456'789'012'345}, {250'123'456'789'054'321}};
    exchange_->succeed(R"({"id":"250123456789012345"})");
    times_.whole = 123us;
  }

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i)
      access_.record(*exchange_, times_);
  }

private:
  log::writer writer_{{.file = "/dev/null"}};
  log::logger log_{writer_, log::level::info};
  http::access_log access_{log_, {}};
  http::exchange_ptr exchange_{new http::exchange};
  http::request_times times_{};
};

} // namespace

hot_path_ptr log_request() {
  return std::make_unique<logging>();
}

} // namespace maque::bench

#include "http/exchange.hpp"
#include "http/json_writer.hpp"
#include "http/response_writer.hpp"
#include "micro/hot_path.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace maque::bench {

namespace {

constexpr utc_time some_day{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

user some_user() {
  user made;
  made.id = {250'123'456'789'012'345};
  made.nickname = "麻雀 \"the sparrow\"";
  made.avatar_url = "https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j4TwGTfTJ/132";
  made.language = "zh-CN";
  made.created_at = some_day;
  made.updated_at = some_day;
  return made;
}

/// An exchange that is answered again and again.
class answering : public hot_path {
public:
  answering() { exchange_->context.trace.bytes.fill(0xA7); }

  void run(std::size_t times) final {
    for (std::size_t i = 0; i < times; ++i) {
      exchange_->restart();
      answer(*exchange_);
      if (exchange_->outgoing.body.empty()) throw std::logic_error{"there was no answer"};
    }
  }

private:
  virtual void answer(http::exchange& waiting) = 0;

  http::exchange_ptr exchange_{new http::exchange};
};

class answering_with_user final : public answering {
  void answer(http::exchange& waiting) override {
    std::string data;
    http::append_user(data, user_);
    waiting.succeed(data);
  }

  user user_ = some_user();
};

class answering_with_error final : public answering {
  void answer(http::exchange& waiting) override {
    waiting.fail({errc::invalid_field, "nickname is too long", {}, {}});
  }
};

/// The bytes that go over the wire, into memory that is used again.
class writing final : public hot_path {
public:
  writing() {
    std::string data;
    http::append_user(data, some_user());
    answered_->succeed(data);
  }

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i) {
      output_.clear();
      http::append_response(output_, *answered_, true, date_line_);
      if (output_.empty()) throw std::logic_error{"nothing was written"};
    }
  }

private:
  http::exchange_ptr answered_{new http::exchange};
  std::string date_line_ = http::make_date_line(some_day);
  std::string output_;
};

} // namespace

hot_path_ptr write_user() {
  return std::make_unique<answering_with_user>();
}

hot_path_ptr write_error() {
  return std::make_unique<answering_with_error>();
}

hot_path_ptr write_response() {
  return std::make_unique<writing>();
}

} // namespace maque::bench

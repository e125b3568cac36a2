#pragma once

#include "client.hpp"
#include "process.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace maque::test {

/// The maque program in a folder, with nothing in its environment but what is given here.
launch maque_in(const std::filesystem::path& folder, std::vector<std::string> arguments,
                std::map<std::string, std::string> environment = {});

/// A server that listens on a port of its own.
class running_maque {
public:
  /// Returns when it listens.
  explicit running_maque(const std::filesystem::path& folder,
                         std::vector<std::string> arguments = {},
                         std::map<std::string, std::string> environment = {});

  process& program() noexcept { return program_; }
  std::uint16_t port() const noexcept { return port_; }

  response ask(const request& asked) const { return test::ask(port_, asked); }

  /// SIGTERM, and the exit code.
  std::optional<int> stop();

private:
  process program_;
  std::uint16_t port_ = 0;
};

/// What a client has after a login.
struct login {
  std::string user_id;
  std::string access_token;
  std::string refresh_token;
};

request login_request(const std::string& code);
login read_login(const response& answered);
login log_in(std::uint16_t port, const std::string& code);

/// The wechat-simulator program.
class running_simulator {
public:
  explicit running_simulator(std::uint16_t port = 0);

  std::uint16_t port() const noexcept { return port_; }
  void stop();

private:
  temporary_folder folder_;
  process program_;
  std::uint16_t port_ = 0;
};

} // namespace maque::test

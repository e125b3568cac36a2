#include "maque_program.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace maque::test {

namespace {

/// What a program needs of our own environment; above all no setting of Maque's.
std::map<std::string, std::string> clean_environment() {
  std::map<std::string, std::string> kept;
  for (const char* const name : {"PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const char* const value = std::getenv(name); value != nullptr) kept.emplace(name, value);
  return kept;
}

/// The port in "… listens on http://127.0.0.1:PORT".
std::uint16_t port_in(const std::string& text) {
  constexpr std::string_view mark = "listens on http://127.0.0.1:";
  const auto at = text.find(mark);
  if (at == std::string::npos) throw std::runtime_error{"no address in: " + text};
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + mark.size())));
}

std::vector<std::string> on_a_free_port(std::vector<std::string> arguments) {
  arguments.emplace_back("--http.port=0");
  arguments.emplace_back("--admin.port=0");
  return arguments;
}

} // namespace

launch maque_in(const std::filesystem::path& folder, std::vector<std::string> arguments,
                std::map<std::string, std::string> environment) {
  environment.merge(clean_environment());
  return {MAQUE_PROGRAM, std::move(arguments), std::move(environment), folder};
}

running_maque::running_maque(const std::filesystem::path& folder,
                             std::vector<std::string> arguments,
                             std::map<std::string, std::string> environment)
    : program_{maque_in(folder, on_a_free_port(std::move(arguments)), std::move(environment))} {
  program_.await_error("  WeChat  "); // behind the address
  port_ = port_in(program_.standard_error());
}

std::optional<int> running_maque::stop() {
  program_.send(SIGTERM);
  return program_.wait().code;
}

request login_request(const std::string& code) {
  return {"POST", "/api/login", {}, nlohmann::json{{"code", code}}.dump()};
}

login read_login(const response& answered) {
  if (answered.status != 200) throw std::runtime_error{"login failed: " + answered.body};
  const auto data = answered.json().at("data");
  return {data.at("user").at("id"), data.at("access_token"), data.at("refresh_token")};
}

login log_in(std::uint16_t port, const std::string& code) {
  return read_login(ask(port, login_request(code)));
}

running_simulator::running_simulator(std::uint16_t port)
    : program_{{MAQUE_WECHAT_SIMULATOR,
                {"--port", std::to_string(port)},
                clean_environment(),
                folder_.path()}} {
  program_.await_output("\n");
  port_ = port_in(program_.standard_output());
}

void running_simulator::stop() {
  program_.send(SIGTERM);
  program_.wait();
}

} // namespace maque::test

#include "commands.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "version.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

// Reads the command line and the settings, and does what they say.

namespace {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    if (const auto equals = text.find('='); equals != std::string::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int run(std::vector<std::string> arguments) {
  using namespace maque;
  auto line = config::parse_command_line(std::move(arguments), version_text());
  if (!line.parsed) return line.exit_code;
  line.parsed->from.environment = process_environment();
  const config::outcome loaded = config::load(line.parsed->from);
  if (!loaded.problems.empty()) {
    std::cerr << "maque: the settings can't be used:\n";
    for (const config::problem& wrong : loaded.problems)
      std::cerr << "  " << wrong.where << ": " << wrong.what << '\n';
    return EXIT_FAILURE;
  }
  return execute(*line.parsed, loaded.values);
}

} // namespace

int main(int count, char** values) {
  try {
    return run({values + 1, values + count});
  } catch (const std::exception& problem) {
    std::cerr << "maque: " << problem.what() << '\n';
    return EXIT_FAILURE;
  }
}

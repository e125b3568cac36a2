#pragma once

#include "config/settings.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace maque::config {

/// A folder with the files that settings are read from.
class config_fixture : public testing::Test {
protected:
  config_fixture() {
    from.file = folder.path() / "maque.toml";
    from.env_file = folder.path() / ".env";
  }

  void write_toml(std::string_view text) const { std::ofstream{from.file} << text; }
  void write_env_file(std::string_view text) const { std::ofstream{from.env_file} << text; }

  std::string at_toml(int line) const { return from.file.string() + ":" + std::to_string(line); }
  std::string at_env_file(int line) const {
    return from.env_file.string() + ":" + std::to_string(line);
  }

  test::temporary_folder folder;
  sources from;
};

inline std::string describe(const std::vector<problem>& problems) {
  std::string out;
  for (const auto& [where, what] : problems)
    out.append(where).append(": ").append(what).append("\n");
  return out;
}

/// A problem at exactly this place whose text has this in it.
inline auto is_problem(const std::string& where, const std::string& what) {
  return testing::AllOf(testing::Field("where", &problem::where, where),
                        testing::Field("what", &problem::what, testing::HasSubstr(what)));
}

} // namespace maque::config

#pragma once

#include "config/collector.hpp"
#include "config/settings.hpp"

/// One function for each source of settings; each puts what it finds into the collector.
namespace maque::config {

void read_toml_file(const std::filesystem::path& file, bool required, collector& into);

/// Lines of the form KEY=VALUE. A value may stand in single quotes (nothing in it is special) or in
/// double quotes (with \n, \r, \t, \" and \\); without quotes it ends before " #". "export " before
/// the key is allowed. Nothing is substituted. Variables that don't begin with MAQUE_ are ignored.
void read_env_file(const std::filesystem::path& file, bool required, collector& into);

void read_environment(const std::map<std::string, std::string>& variables, collector& into);

void read_flags(const std::vector<std::pair<std::string, std::string>>& flags, collector& into);

/// Takes the variable, or, if there is no such option, tells which one was probably meant.
void give_variable(std::string_view name, std::string_view value, std::string where,
                   collector& into);

} // namespace maque::config

#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>

namespace maque::test {

/// A YAML file as JSON: plain scalars become null, booleans and numbers where they look like ones
/// (YAML 1.2, section 10.3.2), quoted ones stay strings. Throws if the file can't be read.
nlohmann::json read_yaml(const std::filesystem::path& file);

} // namespace maque::test

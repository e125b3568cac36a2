#include "support/yaml_document.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>

namespace maque::test {

namespace {

nlohmann::json convert_scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text; // quoted, or a block
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t number = 0;
  if (YAML::convert<std::int64_t>::decode(node, number)) return number;
  double fraction = 0;
  if (YAML::convert<double>::decode(node, fraction)) return fraction;
  return text;
}

nlohmann::json convert(const YAML::Node& node) {
  if (node.IsSequence()) {
    nlohmann::json made = nlohmann::json::array();
    for (const auto& element : node)
      made.push_back(convert(element));
    return made;
  }
  if (node.IsMap()) {
    nlohmann::json made = nlohmann::json::object();
    for (const auto& member : node)
      made[member.first.Scalar()] = convert(member.second);
    return made;
  }
  return node.IsScalar() ? convert_scalar(node) : nlohmann::json{};
}

} // namespace

nlohmann::json read_yaml(const std::filesystem::path& file) {
  return convert(YAML::LoadFile(file.string()));
}

} // namespace maque::test

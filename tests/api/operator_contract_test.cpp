#include "http/admin_desk.hpp"
#include "http/admin_routes.hpp"
#include "support/yaml_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace maque::test {

TEST(OperatorContract, HasEveryRouteOfTheOperatorsListener) {
  const nlohmann::json paths = read_yaml(MAQUE_ADMIN_OPENAPI_FILE).at("paths");
  const http::admin_desk desk;
  for (const http::route& route : http::admin_routes(desk)) {
    const std::string path{route.pattern};
    // The page's own files are no API.
    if (route.who == http::access::anyone && path.find('.') != std::string::npos) continue;
    std::string verb{to_string(route.verb)};
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_TRUE(paths.contains(path) && paths.at(path).contains(verb)) << verb << ' ' << path;
  }
}

} // namespace maque::test

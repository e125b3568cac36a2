#include "http/router.hpp"
#include "http/routes.hpp"
#include "micro/hot_path.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace maque::bench {

namespace {

using http::router;

/// Looks for one path among all routes of the front.
class looking_up final : public hot_path {
public:
  looking_up(std::string_view path, router::verdict expected) : path_{path}, expected_{expected} {}

  void run(std::size_t times) override {
    for (std::size_t i = 0; i < times; ++i) {
      parameters_.clear();
      if (routes_.find(http::method::get, path_, parameters_).outcome != expected_)
        throw std::logic_error{"another route was found"};
    }
  }

private:
  std::string_view path_;
  router::verdict expected_;
  router routes_{http::all_routes()};
  std::vector<std::string> parameters_;
};

} // namespace

hot_path_ptr route_literal() {
  return std::make_unique<looking_up>("/api/user/info", router::verdict::found);
}

hot_path_ptr route_parameter() {
  return std::make_unique<looking_up>("/api/config/theme.colour", router::verdict::found);
}

hot_path_ptr route_nowhere() {
  return std::make_unique<looking_up>("/wp-login.php", router::verdict::no_such_path);
}

} // namespace maque::bench

#include "version.hpp"

#include "version_of_build.hpp"

#include <boost/version.hpp>
#include <caf/config.hpp>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <sodium.h>
#include <spdlog/version.h>
#include <sqlite3.h>

#include <fmt/core.h>

namespace maque {

namespace {

std::string dotted(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

} // namespace

std::string version_text() {
  return fmt::format("{} (commit {})", MAQUE_VERSION, MAQUE_COMMIT);
}

std::string version_json() {
  const nlohmann::ordered_json libraries{
      {"boost", dotted(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100)},
      {"caf", dotted(CAF_VERSION / 10'000, CAF_VERSION / 100 % 100, CAF_VERSION % 100)},
      {"cpp-httplib", CPPHTTPLIB_VERSION},
      {"fmt", dotted(FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"libsodium", sodium_version_string()},
      {"nlohmann_json", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                               NLOHMANN_JSON_VERSION_PATCH)},
      {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
      {"spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
      {"sqlite", sqlite3_libversion()},
  };
  return nlohmann::ordered_json{{"version", MAQUE_VERSION},
                                {"commit", MAQUE_COMMIT},
                                {"compiler", fmt::format("g++ {}", __VERSION__)},
                                {"libraries", libraries}}
      .dump();
}

} // namespace maque

#pragma once

#include "support/http_reply.hpp"

#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace maque::test {

/// docs/openapi.yaml as a judge: says whether a reply is documented, and remembers what it has
/// seen. Thread-safe.
///
/// Besides OpenAPI's own, it knows the document's extensions: `x-errors` (the names of the errors
/// that a response may have), `x-any-request`, `x-other-path` and `x-other-method` (the responses
/// that no operation lists). HEAD is judged as GET without the body.
class contract {
public:
  explicit contract(const std::filesystem::path& file);

  /// What of the reply is not documented, for people; empty if all of it is.
  std::string find_departure(std::string_view method, std::string_view target,
                             const http_reply& reply);

  /// "GET /ping" for each operation.
  std::set<std::string> operations() const;
  /// "GET /ping 200" for each response of an operation, "any request 400" for the others.
  std::set<std::string> documented() const;
  /// The documented ones that a reply was found to be.
  std::set<std::string> seen() const;

  const nlohmann::json& document() const noexcept { return document_; }

private:
  /// One documented response that a reply may be.
  struct candidate {
    std::string name;
    const nlohmann::json* response;
  };

  const std::string* find_path(std::string_view path) const;
  std::vector<candidate> candidates(std::string_view method, std::string_view target,
                                    int status) const;

  nlohmann::json document_;
  std::vector<std::string> paths_; ///< Those without parameters first.
  mutable std::mutex mutex_;
  std::set<std::string> seen_;
};

/// The contract of this run of the tests: what was seen is asked about when the last one has ended.
contract& current_contract();

/// Fails the test if the reply is not documented.
void expect_documented(std::string_view method, std::string_view target, const http_reply& reply);

} // namespace maque::test

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace maque::db {

/// SHA-256 (FIPS 180-4) of what it is given piece by piece.
class sha256_stream {
public:
  sha256_stream();
  ~sha256_stream();
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;

  void update(std::string_view bytes);
  /// In hex; nothing can be added after that.
  std::string finish();

private:
  struct closer {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, closer> context_;
};

} // namespace maque::db

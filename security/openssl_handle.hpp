#pragma once

#include <memory>

namespace maque::security {

/// Frees a handle of OpenSSL with the function that OpenSSL has for its type.
template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};

template <class T, auto Free>
using openssl_handle = std::unique_ptr<T, freed_by<Free>>;

} // namespace maque::security

#pragma once

#include "domain/secret.hpp"
#include "domain/session.hpp"
#include "http/front.hpp"

#include <functional>
#include <string>

namespace maque::http {

struct admin_gate_options {
  /// What operators sign in with, and what programs send with each request.
  secret token;
  /// What else is served to clients on this machine, before all routes: paths that begin like this.
  std::string local_prefix{}; ///< Empty: nothing.
  std::function<void(const exchange_ptr&)> serve_local{};
};

/// Who may do what on the operator's listener.
class admin_gate final : public gatekeeper {
public:
  explicit admin_gate(admin_gate_options options);

  bool intercept(handler_context& context, const exchange_ptr& arrived) override;
  void admit(handler_context& context, const exchange_ptr& arrived) override;

private:
  bool is_token(std::string_view presented) const noexcept;

  admin_gate_options options_;
  sha256_digest token_hash_;
};

/// Whether an address, as text, is one of this machine's loopback interface.
bool is_loopback(std::string_view address);

/// Whether a request comes from this machine, and not by way of a proxy on it.
bool is_local(const exchange& arrived);

} // namespace maque::http

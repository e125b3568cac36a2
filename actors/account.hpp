#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/login.hpp"
#include "actors/protocol.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace maque {

enum class registration : std::uint8_t { open, by_invitation, closed };

struct account_policy {
  registration registering = registration::closed;
  login_policy login;
};

/// Makes accounts, and changes what their owners log in with.
class account_state {
public:
  static constexpr const char* name = "account";

  account_state(actor_of<account_actor> self, lane_context& context, const account_policy& policy)
      : self_{self}, context_{context}, policy_{policy} {}
  ~account_state();
  account_state(const account_state&) = delete;
  account_state& operator=(const account_state&) = delete;

  account_actor::behavior_type make_behavior();

private:
  using opened_promise = caf::typed_response_promise<session_opened>;
  using changed_promise = caf::typed_response_promise<password_changed>;
  using user_promise = caf::typed_response_promise<user>;

  struct registering {
    request_context request;
    register_account order;
    opened_promise waiting;
  };

  /// As it is now.
  const account_policy& policy() const noexcept {
    return context_.accounts ? *context_.accounts : policy_;
  }
  caf::result<session_opened> line_up(const request_context& request, register_account& order);
  /// Each one costs a hash, and says whether there is such a name: no address gets many that fail.
  void count_attempt(opened_promise waiting, const request_context& request,
                     const register_account& order);
  static attempt_keys keys_of(const register_account& order);
  /// One registration of a name at a time: the others would only be hashed to be refused.
  void join_line(registering next);
  result<void> may_register(const register_account& order) const;
  void hash(const registering& first);
  void store(const registering& first, std::string phc);
  void finish(const registering& first, user_admitted& made, issue_tokens order);
  /// The first of a name has its answer: `taken` says whether the others have, too.
  void next_in_line(const register_account& done, bool taken);
  void refuse_registration(opened_promise& waiting, const registering& refused, caf::error cause);

  void begin_change(changed_promise waiting, const request_context& request,
                    change_own_password& order);
  void verify_old(changed_promise& waiting, const request_context& request,
                  change_own_password& order, attempt_begun& begun);
  void hash_new(changed_promise& waiting, const request_context& request,
                const change_own_password& order, const credential& known);
  void replace_hash(changed_promise& waiting, const request_context& request,
                    const change_own_password& order, const credential& known, std::string phc);

  void add(user_promise waiting, const request_context& request, const add_own_credentials& order);
  void hash_first(user_promise& waiting, const request_context& request,
                  const add_own_credentials& order);
  void link(user_promise waiting, const request_context& request, link_wechat& order);

  actor_of<account_actor> self_;
  lane_context& context_;
  account_policy policy_;
  /// By name; the first of each line is under way.
  std::unordered_map<std::string, std::deque<registering>> lines_;
  std::size_t waiting_ = 0; ///< In all lines, and for their place in one.
};

} // namespace maque

#pragma once

#include "db/db_pool.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace maque::db::test {

using namespace maque::test;

using scripted_worker =
    scripted<worker_actor, on_message<batch_done, read_batch>, on_message<batch_done, write_batch>,
             on_message<batch_done, check_connection>>;
using scripted_writer =
    scripted<writer_actor, on_message<batch_done, write_batch>, on_notice<commit_gathered>>;

inline user make_user(user_id id) {
  user made;
  made.id = id;
  return made;
}

inline update_profile rename(std::uint64_t id) {
  update_profile order;
  order.id = {id};
  order.patch.nickname = "renamed";
  return order;
}

inline std::vector<user_id> ids_of(const read_batch& work) {
  std::vector<user_id> ids;
  for (const read_request& request : work->requests)
    ids.push_back(std::get<find_user>(request).id);
  return ids;
}

inline std::vector<user_id> ids_of(const write_batch& work) {
  std::vector<user_id> ids;
  for (const write_request& request : work->requests)
    ids.push_back(std::get<update_profile>(request).id);
  return ids;
}

/// A database that is broken in a way that nobody has thought of.
class throwing_store : public store {
public:
  result<std::vector<std::optional<user>>> find_users(std::span<const user_id>) override {
    throw failure();
  }
  result<std::vector<profile_page>> list_users(std::span<const user_page_query>) override {
    throw failure();
  }
  result<std::vector<std::optional<session>>> find_sessions(std::span<const session_id>) override {
    throw failure();
  }
  result<ended_sessions> sessions_ended_since(utc_time) override { throw failure(); }
  result<std::vector<session>> list_sessions(user_id) override { throw failure(); }
  result<std::optional<credential>> find_credential(std::string_view) override { throw failure(); }
  result<std::vector<std::optional<stored_session_key>>>
  find_session_keys(std::span<const find_session_key>) override {
    throw failure();
  }
  result<std::vector<std::optional<bound_phone>>>
  find_bound_phones(std::span<const find_bound_phone>) override {
    throw failure();
  }
  result<std::vector<std::optional<api_key>>>
  find_api_keys(std::span<const find_api_key>) override {
    throw failure();
  }
  result<std::vector<api_key>> list_api_keys() override { throw failure(); }
  result<std::optional<credential>> find_credential(user_id) override { throw failure(); }
  result<std::vector<account>> list_accounts(const account_page_query&) override {
    throw failure();
  }
  result<std::vector<invitation>> list_invitations() override { throw failure(); }
  result<std::vector<audit_entry>> list_audit(const audit_page_query&) override { throw failure(); }
  result<std::vector<session>> list_open_sessions(const session_page_query&) override {
    throw failure();
  }
  result<std::vector<account>> search_accounts(const account_search&) override { throw failure(); }
  result<std::uint64_t> config_version() override { throw failure(); }
  result<config_snapshot> load_config() override { throw failure(); }
  result<std::vector<config_item>> list_config_items() override { throw failure(); }
  result<std::optional<config_item>> find_config_item(const std::string&) override {
    throw failure();
  }
  result<config_history> config_history_of(const list_config_history&) override { throw failure(); }
  std::vector<result<write_outcome>> apply(std::span<const write_request>) override {
    throw failure();
  }

private:
  static std::runtime_error failure() { return std::runtime_error{"the store is broken"}; }
};

inline result<std::unique_ptr<store>> open_throwing_store() {
  return std::make_unique<throwing_store>();
}

inline result<std::unique_ptr<store>> refuse_to_open() {
  return fail(errc::database_unavailable);
}

inline connection_keeper keeper_of(store_opener open) {
  return {std::move(open), std::chrono::hours{1}};
}

/// Workers as a test wants them: the scripted ones, one for each place, or real ones.
class DatabasePoolTest : public testing::Test {
protected:
  DatabasePoolTest() { world.run(); }

  static pool_policy policy_of(std::uint32_t base, std::uint32_t max) {
    pool_policy made;
    made.base_workers = base;
    made.max_workers = made.pool_workers = max;
    return made;
  }

  db_pool_actor make_pool(pool_policy policy, db_pool_state::worker_starter start,
                          writer_actor writer = {}) {
    return world.spawn<db_pool_actor, db_pool_state>(0, meter, std::ref(world.context()), policy,
                                                     std::ref(room), std::move(start),
                                                     std::move(writer));
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  places room{8};
};

} // namespace maque::db::test

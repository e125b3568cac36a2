#include "db/db_pool.hpp"
#include "db/sqlite_store.hpp"
#include "micro/hot_path.hpp"
#include "micro/turned_lanes.hpp"
#include "support/temporary_folder.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace maque::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t batch_size = 32;
constexpr std::uint64_t first_user = 250'123'456'789'012'345;

template <class Value>
Value value_or_throw(result<Value> outcome) {
  if (!outcome) throw std::runtime_error{outcome.error().cause};
  return std::move(*outcome);
}

/// A database of its own, in a folder that goes with it, with as many users as a batch asks for.
class small_database {
public:
  small_database() {
    static_cast<void>(value_or_throw(stores_->migrate()));
    std::vector<write_request> admissions;
    for (std::uint64_t i = 0; i < batch_size; ++i)
      admissions.emplace_back(admission_of({first_user + i}));
    for (auto& outcome : value_or_throw(stores_->open_writer())->apply(admissions))
      static_cast<void>(value_or_throw(std::move(outcome)));
  }

  db::store_factory& stores() { return *stores_; }

private:
  static admit_wechat_user admission_of(user_id id) {
    const utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
    admit_wechat_user order;
    order.appid = "wx0123456789abcdef";
    order.openid = "openid-" + std::to_string(id.value);
    order.sealed_session_key = sealed_bytes(44, 7);
    order.candidate = id;
    order.opened.id = {id.value};
    order.opened.appid = order.appid;
    order.opened.created_at = order.opened.last_seen_at = order.opened.rotated_at = now;
    order.opened.expires_at = now + 24h;
    return order;
  }

  test::temporary_folder folder_;
  std::unique_ptr<db::store_factory> stores_ =
      db::make_sqlite_factory(folder_.path() / "maque.db", 10s);
};

/// However slowly this runs, nothing is late.
db::pool_policy patient_policy() {
  db::pool_policy policy;
  policy.base_workers = policy.max_workers = policy.pool_workers = 1;
  policy.grow_after = policy.queue_timeout = policy.idle_timeout = policy.health_interval =
      policy.slow_query = 24h;
  return policy;
}

find_user whom_to_find(std::size_t number) {
  return {{first_user + number}};
}

update_profile whom_to_change(std::size_t number) {
  update_profile order;
  order.id = {first_user + number};
  order.patch.nickname = "麻雀";
  return order;
}

/// Asked for in lane 0, as in a server; the worker, which has a thread there, is in lane 1.
template <class Question, class Reply>
class batching final : public hot_path {
public:
  explicit batching(Question question)
      : asker_{
            lanes_.spawn<asker_actor, state>(0, pool_, batch_size, question, std::ref(answered_))} {
    lanes_.turn_until_idle(); // The worker gets its connection.
  }

  void run(std::size_t times) override { ask(lanes_, asker_, times, answered_); }

private:
  using state = asker_state<db::db_pool_actor, Reply, Question>;

  db::worker_actor start_worker() {
    const auto open = [this] { return database_.stores().open_writer(); };
    return lanes_.spawn<db::worker_actor, db::worker_state>(1, db::connection_keeper{open, 24h});
  }

  std::size_t answered_ = 0;
  places room_{0};
  small_database database_;
  turned_lanes lanes_;
  db::db_pool_actor pool_ = lanes_.spawn<db::db_pool_actor, db::db_pool_state>(
      0, std::ref(lanes_.context(0)), patient_policy(), std::ref(room_),
      [this](std::uint32_t) { return start_worker(); });
  asker_actor asker_;
};

} // namespace

hot_path_ptr read_batch() {
  using question = find_user (*)(std::size_t);
  return std::make_unique<batching<question, std::optional<user>>>(whom_to_find);
}

hot_path_ptr write_batch() {
  using question = update_profile (*)(std::size_t);
  return std::make_unique<batching<question, user>>(whom_to_change);
}

} // namespace maque::bench

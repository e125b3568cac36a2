#pragma once

#include "db/archive.hpp"

#include <utility>

namespace maque::db {

/// What reading and writing an archive share: they read through the `Engine`, which has count() and
/// page() as archive_source has them.
template <class Interface, class Engine>
class archive_over : public Interface {
public:
  explicit archive_over(Engine engine) : engine_{std::move(engine)} {}

  result<std::uint64_t> count(const archive_table& table) final { return engine_.count(table); }
  result<std::vector<archive_row>> page(const archive_table& table, const archive_row* after,
                                        std::size_t limit) final {
    return engine_.page(table, after, limit);
  }

protected:
  Engine& engine() noexcept { return engine_; }

private:
  Engine engine_;
};

} // namespace maque::db

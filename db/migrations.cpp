#include "db/migrations.hpp"

#include <algorithm>

namespace maque::db {
namespace {

tl::unexpected<error> refuse(std::string_view place, std::string_view why) {
  return fail(errc::database_unavailable, {}, std::string{place} + ": " + std::string{why});
}

} // namespace

result<std::size_t> judge(std::string_view place, const schema_history& history,
                          std::span<const migration> known) {
  const auto& applied = history.applied;
  if (history.foreign) {
    return refuse(place, "the database belongs to another program: choose another one");
  }
  if (!applied.empty() && applied.back().version > known.back().version) {
    return refuse(place, "the database has schema version " +
                             std::to_string(applied.back().version) +
                             ", this program knows versions up to " +
                             std::to_string(known.back().version) + ": run a newer program");
  }
  const auto same = [](const applied_migration& was, const migration& is) {
    return was.version == is.version && was.checksum == is.checksum;
  };
  const auto [other, unused] =
      std::mismatch(applied.begin(), applied.end(), known.begin(), known.end(), same);
  if (other == applied.end()) return applied.size();
  return refuse(place, "migration " + std::to_string(other->version) +
                           " was applied in another form than this program has: run the program "
                           "that made the database, or restore a backup");
}

result<void> require_all(std::string_view place, const schema_history& history,
                         std::span<const migration> known) {
  const auto applied = judge(place, history, known);
  if (!applied) return tl::unexpected{applied.error()};
  if (*applied == known.size()) return {};
  return refuse(place, "the schema of the database is older than this program: migrate it first");
}

} // namespace maque::db

#include "commands.hpp"
#include "db/moving.hpp"
#include "part_file.hpp"
#include "progress_bar.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <unistd.h>

// The commands that carry all data to and from files.

namespace maque {
namespace {

constexpr const char* standard_stream = "-";

int exit_code(const result<void>& outcome) {
  return outcome ? EXIT_SUCCESS : report(outcome.error());
}

result<void> export_to(const config::command& asked, db::store_factory& stores,
                       db::progress_listener& progress) {
  const utc_time now = system_time_source{}.now();
  if (asked.file == standard_stream) {
    const auto print = [](std::string_view bytes) {
      return write_all(STDOUT_FILENO, bytes, "standard output");
    };
    return db::export_archive(stores, now, print, progress);
  }
  const auto file = part_file::create(asked.file, asked.force);
  if (!file) return tl::unexpected{file.error()};
  const auto append = [&](std::string_view bytes) { return (*file)->append(bytes); };
  return db::export_archive(stores, now, append, progress).and_then([&] {
    return (*file)->complete();
  });
}

result<void> import_from(const config::command& asked, db::store_factory& stores,
                         db::progress_listener& progress) {
  if (asked.file == standard_stream)
    return db::import_archive(stores, std::cin, "standard input", progress);
  std::ifstream file{asked.file, std::ios::binary};
  if (!file) return fail(errc::invalid_field, {}, asked.file + ": can't be opened");
  return db::import_archive(stores, file, asked.file, progress);
}

result<void> back_up_to(const config::command& asked, db::store_factory& stores,
                        db::progress_listener& progress) {
  const auto file = part_file::create(asked.file, asked.force);
  if (!file) return tl::unexpected{file.error()};
  return stores.back_up((*file)->path(), progress).and_then([&] { return (*file)->complete(); });
}

} // namespace

int move_data(const config::command& asked, const config::settings& settings) {
  const auto stores = stores_of(settings);
  const auto progress = make_progress(asked.quiet);
  if (asked.what == config::action::export_data)
    return exit_code(export_to(asked, *stores, *progress));
  if (asked.what == config::action::import_data)
    return exit_code(import_from(asked, *stores, *progress));
  return exit_code(back_up_to(asked, *stores, *progress));
}

} // namespace maque

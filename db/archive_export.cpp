#include "db/archive_pages.hpp"
#include "db/moving.hpp"

namespace maque::db {

result<void> for_each_line(archive_source& from, const archive_table& table, int schema,
                           progress_listener& progress,
                           const std::function<result<void>(const page_lines&)>& visit) {
  std::vector<archive_row> rows;
  std::uint64_t done = 0;
  do {
    const archive_row last = rows.empty() ? archive_row{} : std::move(rows.back());
    auto read = from.page(table, done == 0 ? nullptr : &last, table.page_rows);
    if (!read) return tl::unexpected{std::move(read.error())};
    rows = std::move(*read);
    page_lines lines;
    for (const archive_row& row : rows) {
      auto line = to_line(table, row, schema);
      if (!line) return tl::unexpected{std::move(line.error())};
      lines.push_back(std::move(*line));
    }
    if (auto visited = visit(lines); !visited) return visited;
    done += rows.size();
    progress.advance_to(done);
  } while (rows.size() == table.page_rows);
  return {};
}

namespace {

result<archive_header> make_header(archive_source& from, int schema, utc_time now) {
  archive_header header{.schema = schema, .created_at = to_rfc3339(now), .rows = {}};
  for (const archive_table& table : archive_tables()) {
    const auto rows = from.count(table);
    if (!rows) return tl::unexpected{rows.error()};
    header.rows[std::string{table.name}] = *rows;
  }
  return header;
}

result<void> export_table(archive_source& from, const archive_table& table, int schema,
                          sum_keeper& sums, const byte_sink& to, progress_listener& progress) {
  return for_each_line(from, table, schema, progress, [&](const page_lines& lines) {
    std::string bytes;
    for (const std::string& line : lines) {
      sums.add(table, line);
      bytes += line;
    }
    return to(bytes);
  });
}

} // namespace

result<void> export_archive(store_factory& from, utc_time now, const byte_sink& to,
                            progress_listener& progress) {
  const auto source = from.open_source();
  if (!source) return tl::unexpected{source.error()};
  const auto header = make_header(**source, from.known_schema_version(), now);
  if (!header) return tl::unexpected{header.error()};
  if (auto begun = to(to_line(*header)); !begun) return begun;
  sum_keeper sums;
  for (const archive_table& table : archive_tables()) {
    const std::string name{table.name};
    progress.begin(name, header->rows.at(name), "rows");
    if (auto done = export_table(**source, table, header->schema, sums, to, progress); !done)
      return done;
    progress.end();
  }
  return to(to_line(sums.finish()));
}

} // namespace maque::db

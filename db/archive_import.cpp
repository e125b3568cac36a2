#include "db/archive_pages.hpp"
#include "db/moving.hpp"

#include <utility>

namespace maque::db {
namespace {

/// The file's lines, with their numbers.
class line_reader {
public:
  line_reader(std::istream& from, const std::string& name) : from_{from}, name_{name} {}

  /// The next line without its line feed, valid until the next call; nothing behind the last one.
  result<std::optional<std::string_view>> next() {
    ++number_;
    from_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto read = static_cast<std::size_t>(from_.gcount());
    if (from_.bad()) return wrong("can't be read");
    if (from_.eof()) {
      if (read == 0) return std::optional<std::string_view>{};
      return wrong("ends in the middle of a line: the file is not complete");
    }
    if (from_.fail()) return wrong("a line longer than any that an export has");
    return std::optional{std::string_view{buffer_}.substr(0, read - 1)};
  }

  tl::unexpected<error> wrong(const std::string& why) const { return wrong_at(number_, why); }
  tl::unexpected<error> wrong_at(std::uint64_t line, const std::string& why) const {
    return fail(errc::invalid_field, {}, name_ + ":" + std::to_string(line) + ": " + why);
  }

  std::uint64_t number() const noexcept { return number_; }

private:
  std::istream& from_;
  const std::string& name_;
  std::string buffer_ = std::string(archive_line_bytes + 1, '\0');
  std::uint64_t number_ = 0;
};

result<archive_header> first_line(line_reader& lines, int schema) {
  const auto line = lines.next();
  if (!line) return tl::unexpected{line.error()};
  auto header = read_header(line->value_or(""));
  if (!header) return lines.wrong(header.error().cause);
  if (header->schema > schema)
    return lines.wrong("the export has schema version " + std::to_string(header->schema) +
                       ", this program knows versions up to " + std::to_string(schema) +
                       ": run a newer program");
  return header;
}

result<void> require_empty(archive_target& to, const std::string& place) {
  for (const archive_table& table : archive_tables()) {
    const auto first = to.page(table, nullptr, 1);
    if (!first) return tl::unexpected{first.error()};
    if (!first->empty())
      return fail(errc::conflict, {},
                  place + ": there are " + std::string{table.name} +
                      " already: only an empty database is imported into");
  }
  return {};
}

/// Fills the target with the rows of the file, page by page.
class importer {
public:
  importer(archive_target& to, line_reader& lines, const archive_header& header,
           progress_listener& progress)
      : to_{to}, lines_{lines}, header_{header}, progress_{progress} {}

  /// The sums that the file's last line has, which are those of the lines that were read.
  result<archive_sums> run() {
    begin_table();
    for (;;) {
      const auto line = lines_.next();
      if (!line) return tl::unexpected{line.error()};
      if (!*line) return lines_.wrong("the end is missing: the file is not complete");
      auto read = read_line(**line, header_.schema);
      if (!read) return lines_.wrong(read.error().cause);
      if (const auto* sums = std::get_if<archive_sums>(&*read)) return finish(*sums);
      if (auto taken = take(std::get<table_row>(std::move(*read)), **line); !taken)
        return tl::unexpected{std::move(taken.error())};
    }
  }

private:
  void begin_table() {
    const std::string name{table_->name};
    done_ = 0;
    progress_.begin(name, header_.rows.at(name), "rows");
  }

  result<void> take(table_row row, std::string_view line) {
    if (row.table < table_)
      return lines_.wrong("a row of " + std::string{row.table->name} + " behind those of " +
                          std::string{table_->name});
    while (table_ != row.table)
      if (auto ended = end_table(); !ended) return ended;
    sums_.add(*table_, std::string{line} + '\n');
    if (page_.empty()) page_line_ = lines_.number();
    page_.push_back(std::move(row.row));
    return page_.size() < table_->page_rows ? result<void>{} : write_page();
  }

  /// Ends with the one behind it begun, if there is one.
  result<void> end_table() {
    if (auto written = write_page(); !written) return written;
    progress_.end();
    if (++table_ != &archive_tables().back() + 1) begin_table();
    return {};
  }

  result<void> write_page() {
    if (page_.empty()) return {};
    auto written = to_.insert(*table_, page_);
    if (!written)
      return lines_.wrong_at(page_line_ + written.error().row, written.error().why.cause);
    done_ += page_.size();
    page_.clear();
    progress_.advance_to(done_);
    return {};
  }

  result<archive_sums> finish(const archive_sums& told) {
    while (table_ != &archive_tables().back() + 1)
      if (auto ended = end_table(); !ended) return tl::unexpected{std::move(ended.error())};
    if (const auto table = first_difference(told, sums_.finish()))
      return lines_.wrong(*table + ": the rows are not those that were exported: the file was"
                                   " changed or damaged");
    const auto behind = lines_.next();
    if (!behind) return tl::unexpected{behind.error()};
    if (*behind) return lines_.wrong("there is something behind the end");
    return told;
  }

  archive_target& to_;
  line_reader& lines_;
  const archive_header& header_;
  progress_listener& progress_;
  const archive_table* table_ = archive_tables().data();
  std::vector<archive_row> page_;
  std::uint64_t page_line_ = 0; ///< Of the page's first row; the others follow it.
  std::uint64_t done_ = 0;      ///< Rows of this table that were written.
  sum_keeper sums_;
};

/// What was written is what the file says, read from the database as an export reads it.
result<void> check_written(archive_target& written, const archive_sums& told, int schema,
                           progress_listener& progress) {
  sum_keeper sums;
  for (const archive_table& table : archive_tables()) {
    const std::string name{table.name};
    progress.begin("checking " + name, told.at(name).rows, "rows");
    auto read = for_each_line(written, table, schema, progress, [&](const page_lines& lines) {
      for (const std::string& line : lines)
        sums.add(table, line);
      return result<void>{};
    });
    if (!read) return read;
    progress.end();
  }
  if (const auto table = first_difference(told, sums.finish()))
    return fail(errc::conflict, {},
                *table + ": what was written reads differently from the file: nothing is kept");
  return {};
}

} // namespace

result<void> import_archive(store_factory& to, std::istream& from, const std::string& name,
                            progress_listener& progress) {
  line_reader lines{from, name};
  const auto header = first_line(lines, to.known_schema_version());
  if (!header) return tl::unexpected{header.error()};
  if (const auto schema = to.migrate(); !schema) return tl::unexpected{schema.error()};
  const auto target = to.open_target();
  if (!target) return tl::unexpected{target.error()};
  if (auto empty = require_empty(**target, to.describe()); !empty) return empty;
  return importer{**target, lines, *header, progress}
      .run()
      .and_then([&](const archive_sums& told) {
        return check_written(**target, told, header->schema, progress);
      })
      .and_then([&] { return (*target)->commit(); });
}

} // namespace maque::db

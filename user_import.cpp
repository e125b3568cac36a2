#include "account_database.hpp"
#include "command_ids.hpp"
#include "commands.hpp"
#include "domain/limits.hpp"
#include "import_line.hpp"
#include "progress_bar.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

// Adds the users of another system, with the hashes of their passwords.

namespace maque {

namespace {

/// Reads lines and adds their users in batches: a file of any size needs the memory of one batch.
class user_importer {
public:
  user_importer(db::store& accounts, std::istream& from, std::string name,
                db::progress_listener& progress)
      : accounts_{accounts}, lines_{from}, name_{std::move(name)}, progress_{progress} {}

  /// Fails if it has to stop before the end. What was added by then stays.
  result<void> run() {
    for (;;) {
      const auto line = lines_.next();
      if (!line && line.error().code != errc::invalid_field)
        return tl::unexpected{error{errc::internal, {}, name_ + ": " + line.error().cause, {}}};
      if (!line) {
        refuse(lines_.number(), line.error().cause);
        continue;
      }
      if (!*line) return write();
      take(**line);
      if (batch_.size() < limits::write_batch) continue;
      if (auto written = write(); !written) return written;
    }
  }

  std::uint64_t added() const noexcept { return added_; }
  std::uint64_t refused() const noexcept { return refused_; }

private:
  void take(std::string_view line) {
    if (line.empty()) return;
    auto read = parse_import_line(line);
    if (!read) return refuse(lines_.number(), read.error().cause);
    register_user added;
    added.at = system_time_source{}.now();
    added.id = {ids_.next(added.at)};
    added.username = read->name.text();
    added.password_hash = std::move(read->password_hash);
    batch_.emplace_back(std::move(added));
    numbers_.push_back(lines_.number());
  }

  result<void> write() {
    const auto outcomes = accounts_.apply(batch_);
    for (std::size_t place = 0; place < outcomes.size(); ++place)
      if (outcomes[place])
        ++added_;
      else if (const error& why = outcomes[place].error(); why.code == errc::database_unavailable)
        return tl::unexpected{why};
      else
        refuse(numbers_[place], name_of(place) + ": " + text_of(why));
    batch_.clear();
    numbers_.clear();
    progress_.advance_to(lines_.number());
    return {};
  }

  const std::string& name_of(std::size_t place) const {
    return std::get<register_user>(batch_[place]).username;
  }

  static std::string text_of(const error& why) {
    if (why.code == errc::username_taken) return "this username is taken";
    return why.cause.empty() ? std::string{info(why.code).message} : why.cause;
  }

  void refuse(std::uint64_t line, const std::string& why) {
    ++refused_;
    erase_progress();
    std::cerr << name_ << ':' << line << ": " << why << '\n';
  }

  db::store& accounts_;
  import_lines lines_;
  std::string name_;
  db::progress_listener& progress_;
  id_generator ids_ = make_command_ids();
  std::vector<write_request> batch_;
  std::vector<std::uint64_t> numbers_; ///< The lines of `batch_`.
  std::uint64_t added_ = 0;
  std::uint64_t refused_ = 0;
};

int import_from(std::istream& from, const std::string& name, std::uint64_t lines,
                const config::command& asked, const config::settings& settings) {
  const auto accounts = open_accounts(settings);
  if (!accounts) return report(accounts.error());
  const auto progress = make_progress(asked.quiet);
  user_importer importer{**accounts, from, name, *progress};
  progress->begin("users", lines, "lines");
  const auto done = importer.run();
  progress->end();
  std::cout << count(importer.added(), "user") << " added, " << count(importer.refused(), "line")
            << " refused\n";
  if (!done) return report(done.error());
  return importer.refused() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Nothing of a pipe: it can be read only once.
std::uint64_t count_lines(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return 0;
  std::ifstream from{file, std::ios::binary};
  const auto found = std::count(std::istreambuf_iterator{from}, {}, '\n');
  return static_cast<std::uint64_t>(found);
}

} // namespace

int import_users(const config::command& asked, const config::settings& settings) {
  if (asked.file == "-") return import_from(std::cin, "standard input", 0, asked, settings);
  std::ifstream file{asked.file, std::ios::binary};
  if (!file)
    return report({errc::invalid_field, {}, asked.file + ": can't be opened", std::nullopt});
  return import_from(file, asked.file, count_lines(asked.file), asked, settings);
}

} // namespace maque

#include "account_database.hpp"
#include "commands.hpp"
#include "domain/text.hpp"
#include "security/invitation_code.hpp"
#include "terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <vector>

// The commands about invitations. Their codes are kept by nobody but those who have them; here they
// are named by the first digits of a code's hash.

namespace maque {

namespace {

constexpr std::size_t name_digits = 8;
constexpr std::size_t note_bytes = 256;

std::string hex_of(const invitation& one) {
  return fmt::format("{:02x}", fmt::join(one.code_hash, ""));
}

std::string name_of(const invitation& one) {
  return hex_of(one).substr(0, name_digits);
}

std::string expiry_of(const invitation& one) {
  if (!one.expires_at) return "never";
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(*one.expires_at));
}

result<void> check_note(const std::string& note) {
  if (note.size() <= note_bytes && count_code_points(note) && !has_control_characters(note) &&
      !has_deceptive_characters(note))
    return {};
  return fail(errc::invalid_field, {},
              fmt::format("a note is UTF-8 of at most {} bytes without control characters and "
                          "invisible ones",
                          note_bytes));
}

/// One that no command takes for an option.
std::string make_code() {
  std::string code = security::make_invitation_code();
  while (code.starts_with('-'))
    code = security::make_invitation_code();
  return code;
}

result<void> add(const config::invitation_arguments& asked, db::store& accounts) {
  if (auto checked = check_note(asked.note); !checked) return checked;
  const std::string code = make_code();
  invitation made;
  made.code_hash = security::hash_invitation_code(code);
  made.note = asked.note;
  made.uses_left = asked.uses;
  made.created_at = system_time_source{}.now();
  if (asked.lifetime) made.expires_at = made.created_at + *asked.lifetime;
  const auto added = perform<invitation>(accounts, add_invitation{made});
  if (!added) return tl::unexpected{added.error()};
  std::cout << "invitation " << name_of(*added) << ": added, " << count(added->uses_left, "use")
            << ", expires: " << expiry_of(*added) << "\ncode, shown this once: " << code << '\n';
  return {};
}

result<void> list(db::store& accounts) {
  constexpr const char* columns = "{:<8}  {:>9}  {:<20}  {:<20}  {}\n";
  const auto all = accounts.list_invitations();
  if (!all) return tl::unexpected{all.error()};
  std::cout << fmt::format(columns, "NAME", "USES LEFT", "CREATED", "EXPIRES", "NOTE");
  for (const invitation& each : *all)
    std::cout << fmt::format(columns, name_of(each), each.uses_left,
                             to_rfc3339(std::chrono::floor<std::chrono::seconds>(each.created_at)),
                             expiry_of(each), printable(each.note));
  return {};
}

/// @param which a code; or the first digits of a hash, at least those that the list has.
result<invitation> find(db::store& accounts, const std::string& which) {
  auto all = accounts.list_invitations();
  if (!all) return tl::unexpected{std::move(all.error())};
  const sha256_digest hash = security::hash_invitation_code(which);
  const auto with_hash = std::ranges::find(*all, hash, &invitation::code_hash);
  if (with_hash != all->end()) return *with_hash;

  const auto is_other = [&](const invitation& each) { return !hex_of(each).starts_with(which); };
  std::erase_if(*all, is_other);
  if (which.size() < name_digits || all->empty())
    return fail(errc::invalid_invitation, {}, "there is no such invitation");
  if (all->size() > 1)
    return fail(errc::conflict, {},
                "several invitations have this name: remove it by its code instead");
  return all->front();
}

result<void> remove(const config::invitation_arguments& asked, db::store& accounts) {
  const auto found = find(accounts, asked.which);
  if (!found) return tl::unexpected{found.error()};
  const auto removed = perform<invitation>(accounts, remove_invitation{found->code_hash});
  if (!removed) return tl::unexpected{removed.error()};
  std::cout << "invitation " << name_of(*removed) << ": removed, it had "
            << count(removed->uses_left, "use") << " left\n";
  return {};
}

} // namespace

int manage_invitations(const config::command& asked, const config::settings& settings) {
  const auto done = open_accounts(settings).and_then([&](const auto& accounts) {
    if (asked.what == config::action::invitation_list) return list(*accounts);
    if (asked.what == config::action::invitation_remove) return remove(asked.invitation, *accounts);
    return add(asked.invitation, *accounts);
  });
  return done ? EXIT_SUCCESS : report(done.error());
}

} // namespace maque

#include "config/account_command_line.hpp"

#include "config/duration.hpp"

namespace maque::config {

namespace {

constexpr std::uint32_t invitation_uses_max = 1'000'000;
constexpr std::chrono::hours lifetime_max{24 * 3'650};

CLI::App* add(CLI::App* group, const char* name, const char* help, command& asked, action what) {
  auto* const added = group->add_subcommand(name, help);
  added->callback([&asked, what] { asked.what = what; });
  return added;
}

void add_password_source(CLI::App* to, command& asked) {
  const auto choose = [&asked](password_source source) {
    return [&asked, source](std::int64_t) { asked.user.password = source; };
  };
  auto* const plain = to->add_flag_function(
      "--password-stdin", choose(password_source::standard_input),
      "Read the password from standard input, one line; a terminal asks for it. "
      "Without it a random one is made and printed");
  to->add_flag_function("--password-hash-stdin", choose(password_source::standard_input_hashed),
                        "Read the hash of the password, as another system has stored it: argon2id, "
                        "bcrypt, scrypt or PBKDF2")
      ->excludes(plain);
}

void add_user_writes(CLI::App* user, command& asked) {
  auto* const made =
      add(user, "add", "Add a user with a username and a password", asked, action::user_add);
  made->add_option("NAME", asked.user.user, "The username")->required();
  made->add_option_function<std::string>(
          "--role",
          [&asked](const std::string& name) {
            asked.user.role = parse_user_role(name).value_or(user_role::user);
          },
          R"("user" (without it) or "operator")")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"user", "operator"}));
  add_password_source(made, asked);

  auto* const imported = add(user, "import",
                             "Add the users of a file that has a line `username,hash` for each; "
                             "a line that can't be used is told, and the others are added",
                             asked, action::user_import);
  imported->add_option("FILE", asked.file, "What to read; - is standard input")->required();
  imported->add_flag("--quiet", asked.quiet, "Don't say how far it is");
}

void add_user_list(CLI::App* user, command& asked) {
  auto* const list =
      add(user, "list", "Print all users, the oldest first", asked, action::user_list);
  list->add_option("--limit", asked.user.limit, "Not more than so many")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  list->add_flag("--json", asked.user.json, "One JSON object a line");
}

void choose_session(command& asked, const std::string& text) {
  asked.user.session = session_id::parse(text);
  if (!asked.user.session)
    throw CLI::ValidationError{"--session", "not an id as `maque user sessions` has them"};
}

void add_user_changes(CLI::App* user, command& asked) {
  auto* const disable = add(user, "disable", "Let a user in no more; his sessions end at once",
                            asked, action::user_disable);
  auto* const enable =
      add(user, "enable", "Let a disabled user in again", asked, action::user_enable);
  auto* const removed =
      add(user, "delete", "Delete a user for good, with his sessions, logins and profile", asked,
          action::user_delete);
  removed->add_flag("--yes", asked.user.yes, "Don't ask");
  auto* const password = add(user, "set-password", "Replace a password; the user's sessions end",
                             asked, action::user_set_password);
  add_password_source(password, asked);
  auto* const sessions =
      add(user, "sessions", "Print a user's open sessions", asked, action::user_sessions);
  auto* const logout = add(user, "logout", "End a user's sessions", asked, action::user_logout);
  logout
      ->add_option_function<std::string>(
          "--session", [&asked](const std::string& id) { choose_session(asked, id); },
          "Only this one")
      ->type_name("ID");
  for (auto* const with_user : {disable, enable, removed, password, sessions, logout})
    with_user->add_option("USER", asked.user.user, "A username, or id:DIGITS")->required();
}

void choose_lifetime(std::optional<milliseconds>& lifetime, const std::string& text) {
  lifetime = parse_duration(text);
  if (text == "never" || (lifetime > milliseconds::zero() && lifetime <= lifetime_max)) return;
  throw CLI::ValidationError{"--expires", R"(not a duration from "1ms" to "3650d", nor never)"};
}

void choose_scopes(api_scopes& scopes, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (const auto scope = parse_api_scope(name)) scopes.add(*scope);
}

std::vector<std::string> names_of_scopes() {
  std::vector<std::string> names;
  names.reserve(all_api_scopes.size());
  for (const api_scope scope : all_api_scopes)
    names.emplace_back(to_string(scope));
  return names;
}

} // namespace

void add_users(CLI::App& program, command& asked) {
  auto* const user = program.add_subcommand("user", "Users and their passwords and sessions")
                         ->require_subcommand(1);
  add_user_writes(user, asked);
  add_user_list(user, asked);
  add_user_changes(user, asked);
}

void add_invitations(CLI::App& program, command& asked) {
  auto* const invitation =
      program
          .add_subcommand("invitation",
                          "Codes to register with where accounts.registration is \"invitation\"")
          ->require_subcommand(1);
  auto* const made =
      add(invitation, "add", "Print a new code, this once", asked, action::invitation_add);
  made->add_option("--uses", asked.invitation.uses, "How many may register with it (1)")
      ->type_name("NUMBER")
      ->check(CLI::Range(1U, invitation_uses_max));
  made->add_option_function<std::string>(
          "--expires",
          [&asked](const std::string& text) { choose_lifetime(asked.invitation.lifetime, text); },
          "After how long it is worth nothing, or never (7d)")
      ->type_name("DURATION");
  made->add_option("--note", asked.invitation.note, "For you, e.g. whom it is for")
      ->type_name("TEXT");

  add(invitation, "list", "Print all invitations; their codes are not known any more", asked,
      action::invitation_list);
  auto* const removed =
      add(invitation, "remove", "Make a code worth nothing", asked, action::invitation_remove);
  removed->add_option("INVITATION", asked.invitation.which, "Its name in the list, or its code")
      ->required();
}

void add_api_keys(CLI::App& program, command& asked) {
  auto* const keys =
      program.add_subcommand("apikey", "Keys that let other services use /api/v1/server/…")
          ->require_subcommand(1);
  auto* const made = add(keys, "add", "Print a new key, this once", asked, action::apikey_add);
  made->add_option("--name", asked.api_key.name,
                   R"(Who has it: letters, digits, ".", "_", "-", a letter first)")
      ->required()
      ->type_name("NAME");
  made->add_option_function<std::vector<std::string>>(
          "--scope",
          [&asked](const std::vector<std::string>& names) {
            choose_scopes(asked.api_key.scopes, names);
          },
          "What it may be used for; may be given several times")
      ->required()
      ->type_name("SCOPE")
      ->check(CLI::IsMember(names_of_scopes()));
  made->add_option_function<std::string>(
          "--expires",
          [&asked](const std::string& text) { choose_lifetime(asked.api_key.lifetime, text); },
          "After how long it is worth nothing, e.g. 90d (never)")
      ->type_name("DURATION");

  add(keys, "list", "Print all keys without their secrets, the oldest first", asked,
      action::apikey_list);
  auto* const revoked = add(keys, "revoke", "Let nobody in with a key any more, at once", asked,
                            action::apikey_revoke);
  revoked->add_option("KEY", asked.api_key.which, "Its name, or its id in the list")->required();
}

} // namespace maque::config

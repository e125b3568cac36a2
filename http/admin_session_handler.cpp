#include "domain/limits.hpp"
#include "domain/username.hpp"
#include "http/admin_audit.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_gate.hpp"
#include "http/admin_handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"

#include <utility>

namespace maque::http {

namespace {

// No usernames, which have neither blanks nor brackets.
constexpr const char* token_holder = "operator token";
constexpr const char* stranger = "(nobody)";

std::string render(const operator_session& session, utc_time end) {
  std::string data{R"({"operator":)"};
  append_json_string(data, session.name);
  data += R"(,"csrf_token":)";
  append_json_string(data, session.csrf_token);
  data += R"(,"expires_at":)";
  append_json_string(data, to_rfc3339(end));
  return data += '}';
}

/// The token, or what the holder of an account logs in with.
struct sign_in_proof {
  std::optional<std::string> username;
  secret text;
};

result<sign_in_proof> read_proof(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  sign_in_proof proof{body->optional("username", limits::typed_username_bytes), {}};
  proof.text = proof.username ? body->required_secret("password", limits::typed_password_bytes)
                              : body->required_secret("token", limits::operator_token_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return proof;
}

void open_session(handler_context& context, const exchange_ptr& asked, const std::string& name,
                  std::optional<user_id> user) {
  const char* const how = user ? R"({"method":"account"})" : R"({"method":"token"})";
  note_action_if_possible(
      context, asked, {"sign_in", name, how, name},
      [&context, name, user](const exchange_ptr& noted) {
        admin_gate& gate = *context.options.desk->gate;
        const auto opened = gate.sessions().open(name, user, context.services.clock.now());
        gate.give_cookie(*noted, opened);
        noted->succeed(render(opened.session, gate.sessions().end_of(opened.session)));
      });
}

/// Somebody who can't prove it: what he says of himself is not who he is.
void note_failure(handler_context& context, const exchange_ptr& asked, const std::string& subject,
                  error cause) {
  note_action_if_possible(
      context, asked, {"sign_in_failed", subject, "{}", stranger},
      [cause = std::move(cause)](const exchange_ptr& noted) { noted->fail(cause); });
}

void sign_in_by_token(handler_context& context, const exchange_ptr& asked, const secret& token) {
  admin_gate& gate = *context.options.desk->gate;
  if (gate.is_token(token.reveal())) {
    context.services.events.report(security_event::operator_signed_in_token, &asked->context.trace,
                                   {.address = asked->client_address});
    return open_session(context, asked, token_holder, std::nullopt);
  }
  if (auto blocked = gate.count_refusal(context, *asked)) return asked->fail(std::move(*blocked));
  note_failure(context, asked, token_holder,
               error{errc::bad_credentials, {}, "a wrong operator's token", {}});
}

void sign_in_by_account(handler_context& context, const exchange_ptr& asked, sign_in_proof proof) {
  const auto parsed = username::parse(*proof.username);
  const std::string name = parsed ? parsed->text() : *proof.username;
  verify_operator order{*proof.username, std::move(proof.text), std::string{asked->client_address}};
  context.self->request(context.services.login, caf::infinite, asked->context, std::move(order))
      .then(
          [&context, asked, name](const user& who) {
            if (!asked->answered()) open_session(context, asked, name, who.id);
          },
          [&context, asked, name](const caf::error& cause) {
            error why = from_caf(cause);
            if (asked->answered()) return;
            if (why.code != errc::bad_credentials) return asked->fail(std::move(why));
            note_failure(context, asked, name, std::move(why));
          });
}

} // namespace

void sign_operator_in(handler_context& context, const exchange_ptr& asked) {
  auto proof = read_proof(asked->incoming);
  if (!proof) return asked->fail(std::move(proof.error()));
  if (proof->username) return sign_in_by_account(context, asked, std::move(*proof));
  sign_in_by_token(context, asked, proof->text);
}

void show_operator_session(handler_context& context, const exchange_ptr& asked) {
  operator_sessions& sessions = context.options.desk->gate->sessions();
  const auto* const session =
      asked->by->session ? sessions.find_open(*asked->by->session, context.services.clock.now())
                         : nullptr;
  if (session == nullptr)
    return asked->fail(error{errc::unauthenticated, {}, "not signed in with a browser", {}});
  asked->succeed(render(*session, sessions.end_of(*session)));
}

void sign_operator_out(handler_context& context, const exchange_ptr& asked) {
  // At once: whoever signs out is not kept in by a database that is slow.
  if (asked->by->session) context.options.desk->gate->sessions().end(*asked->by->session);
  note_action_if_possible(context, asked, {"sign_out", asked->by->name},
                          [](const exchange_ptr& noted) {
                            admin_gate::take_cookie(*noted);
                            noted->succeed("{}");
                          });
}

} // namespace maque::http

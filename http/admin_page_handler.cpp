#include "http/admin_handlers.hpp"
#include "http/dashboard_files.hpp"
#include "http/front.hpp"

#include <algorithm>

namespace maque::http {

namespace {

/// Nothing from anywhere else, no code that isn't a file of ours, in nobody's frame (Content
/// Security Policy, level 3; ASVS 3.4.3, 3.4.5, 3.4.6).
constexpr std::string_view page_headers =
    "Cache-Control: no-cache\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
    "'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
    "'none'\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

} // namespace

void lead_to_dashboard(handler_context&, const exchange_ptr& asked) {
  asked->outgoing.status = asked->outgoing.code = 308;
  asked->outgoing.headers += "Location: /admin/\r\n";
  asked->answer();
}

void show_dashboard_file(handler_context&, const exchange_ptr& asked) {
  const auto files = dashboard_files();
  const auto file = std::ranges::find(files, asked->matched->pattern, &dashboard_file::path);
  response& outgoing = asked->outgoing;
  outgoing.headers.append(page_headers).append("ETag: ").append(file->etag).append("\r\n");
  // Browsers send back what they got; no other form of the field is worth more than a second copy.
  if (asked->incoming.field("If-None-Match") == file->etag) {
    outgoing.status = outgoing.code = 304;
    return asked->answer();
  }
  outgoing.content_type = file->content_type;
  outgoing.body = file->content;
  asked->answer();
}

} // namespace maque::http

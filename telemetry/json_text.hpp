#pragma once

#include <string>
#include <string_view>

namespace maque::log {

/// Appends `text` as the inside of a JSON string (RFC 8259, section 7) that stays on one line for
/// every reader: besides what JSON demands, DEL, the C1 controls (among them NEL, a line break, and
/// CSI, which begins terminal sequences) and the separators U+2028 and U+2029 are escaped. Each
/// byte that is not part of well-formed UTF-8 (RFC 3629) becomes U+FFFD.
void append_json_text(std::string& out, std::string_view text);

} // namespace maque::log

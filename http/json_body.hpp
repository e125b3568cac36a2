#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "http/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maque::http {

/// The fields of a request body, which is always one JSON object, mostly of strings. Read once and
/// strictly (RFC 8259; UTF-8): duplicate members, deep nesting and anything behind the object are
/// refused, and so are more fields than any route has. Whoever takes the fields says which ones
/// there are; finish() refuses the others.
class json_body {
public:
  /// Each is compared with all others.
  static constexpr std::size_t max_fields = 64;

  /// Fails with unsupported_media_type, invalid_json.
  static result<json_body> read(const request& incoming);
  /// The same, but no body at all is an empty object.
  static result<json_body> read_optional(const request& incoming);

  /// A field that has to be there. @param max_bytes its limit in UTF-8.
  std::string required(std::string_view name, std::size_t max_bytes);
  std::optional<std::string> optional(std::string_view name, std::size_t max_bytes);

  /// A field that has to be there and that nobody may see. It may have control characters.
  secret required_secret(std::string_view name, std::size_t max_bytes);

  /// A field with what people write: it may have line breaks and the like.
  std::optional<std::string> optional_prose(std::string_view name, std::size_t max_bytes);

  /// A whole number from `least` to `most`.
  std::optional<std::int64_t> optional_number(std::string_view name, std::int64_t least,
                                              std::int64_t most);
  std::optional<bool> optional_flag(std::string_view name);

  /// A field that has to be there and to be an object: its JSON, without blanks, in which no object
  /// has a member twice. @param max_bytes of that.
  std::string required_object(std::string_view name, std::size_t max_bytes);

  /// A field that may be anything: its JSON, as that of required_object. It has no limit of its
  /// own: the body has one.
  std::optional<std::string> optional_json(std::string_view name);

  /// For whoever finds more wrong with a field than these do: finish() fails with that, unless
  /// something was wrong before.
  void refuse(std::string_view name, std::string_view why);

  /// Fails with invalid_field if any field was missing, of the wrong type, too long, had control
  /// characters or was not asked for; names the first one.
  result<void> finish() const;

private:
  struct field {
    std::string name;
    std::optional<std::string> text{}; ///< Nothing: it is not a string. So are the next ones.
    std::optional<std::int64_t> number{};
    std::optional<bool> flag{};
    std::string json{}; ///< Empty: it is a string.
    bool taken = false;
  };
  class reader;

  field* take(std::string_view name);
  std::optional<std::string> take_text(std::string_view name, std::size_t max_bytes);
  void refuse_if_missing(std::string_view name);

  std::vector<field> fields_;
  std::string problem_;
};

} // namespace maque::http

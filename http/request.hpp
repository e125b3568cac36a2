#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque::http {

/// The methods that any route has, and one for all others.
enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, unknown };

std::string_view to_string(method value) noexcept;
method parse_method(std::string_view text) noexcept;

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// A request as it was read from the wire. Reused from one request of a connection to the next, so
/// that in steady state reading one allocates nothing.
class request {
public:
  /// Forgets the previous request, keeps the memory.
  void clear() noexcept;

  void set_method(std::string_view text);
  void set_target(std::string_view text) { target_ = text; }
  void set_version(int major_and_minor) noexcept { version_ = major_and_minor; }
  void add_field(std::string_view name, std::string_view value);
  /// No more fields come.
  void end_header() noexcept { header_complete_ = true; }
  void append_body(std::string_view part) { body_ += part; }
  void reserve_body(std::size_t size) { body_.reserve(size); }

  method verb() const noexcept { return verb_; }
  std::string_view method_text() const noexcept { return method_text_; }
  std::string_view target() const noexcept { return target_; }
  /// The target up to the question mark.
  std::string_view path() const noexcept;
  /// What follows the question mark; empty if there is none.
  std::string_view query() const noexcept;
  /// 10 or 11.
  int version() const noexcept { return version_; }
  std::string_view body() const noexcept { return body_; }

  /// The value of the only field of this name (case is ignored); nothing if there is none, or if
  /// there are several, which none of the fields that we read may be.
  std::optional<std::string_view> field(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
  /// Calls `look(value)` for each field of this name, the last one first, until it returns false.
  template <class Look>
  void look_backwards(std::string_view name, Look look) const {
    for (std::size_t at = fields_.size(); at-- > 0;) {
      const auto& [candidate, value] = fields_[at];
      if (equals_ignoring_case(view(candidate), name) && !look(view(value))) return;
    }
  }
  /// Whether all fields are here; of a request that is refused, some may not be.
  bool header_complete() const noexcept { return header_complete_; }
  std::size_t field_count() const noexcept { return fields_.size(); }

private:
  struct extent {
    std::uint32_t offset;
    std::uint32_t size;
  };
  struct stored_field {
    extent name;
    extent value;
  };

  std::string_view view(extent part) const noexcept {
    return std::string_view{storage_}.substr(part.offset, part.size);
  }
  extent store(std::string_view text);

  method verb_ = method::unknown;
  int version_ = 11;
  bool header_complete_ = false;
  std::string method_text_;
  std::string target_;
  std::string storage_;
  std::vector<stored_field> fields_;
  std::string body_;
};

/// The decoded value of one query parameter; nothing if it is absent, an error if its
/// percent-encoding is broken. "+" stands for itself (RFC 3986).
struct query_value {
  bool well_formed = true;
  std::optional<std::string> value;
};
query_value query_parameter(std::string_view query, std::string_view name);

/// Percent-decoding (RFC 3986, section 2.1); nothing if a sequence is broken.
std::optional<std::string> percent_decode(std::string_view text);

} // namespace maque::http

#include "domain/limits.hpp"
#include "wechat/push_tree.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace maque::wechat {
namespace {

/// Takes the parser's events.
class json_events {
public:
  bool null() { return value({}); }
  bool boolean(bool yes) { return value(yes ? "true" : "false"); }
  bool number_integer(std::int64_t number) { return value(std::to_string(number)); }
  bool number_unsigned(std::uint64_t number) { return value(std::to_string(number)); }
  bool number_float(double, const std::string& written) { return value(written); }
  bool string(const std::string& text) { return value(text); }
  static bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) { return begin_value() && enter(frame::object); }
  bool end_object() { return leave() && end_value(); }
  // The elements are nodes themselves.
  bool start_array(std::size_t) { return !frames_.empty() && enter(frame::array); }
  bool end_array() { return leave(); }

  bool key(std::string& name) {
    if (tree_.has(name)) return false;
    names_.back() = std::move(name);
    return true;
  }

  static bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
    return false;
  }

  push_node take() { return tree_.take(); }

private:
  enum class frame : std::uint8_t { object, array };

  bool value(std::string_view text) {
    // The outermost value has to be an object.
    if (frames_.empty() || !begin_value()) return false;
    tree_.add_text(text);
    return end_value();
  }

  /// Opens the node of a value. An array's elements have the array's name.
  bool begin_value() { return tree_.open(names_.empty() ? std::string_view{} : names_.back()); }
  bool end_value() {
    tree_.close();
    return true;
  }

  /// An array within an array has no node, but counts as one level.
  bool enter(frame kind) {
    if (frames_.size() >= limits::push_depth) return false;
    names_.push_back(kind == frame::array ? names_.back() : std::string{});
    frames_.push_back(kind);
    return true;
  }
  bool leave() {
    names_.pop_back();
    frames_.pop_back();
    return true;
  }

  push_tree tree_;
  std::vector<frame> frames_;
  std::vector<std::string> names_; ///< Of the member that is read in each frame.
};

} // namespace

result<push_node> read_push_json(std::string_view document) {
  const auto refused = fail(errc::invalid_json, "not the JSON of a push");
  // The library takes a NUL for the end of the text, whatever follows.
  if (document.find('\0') != std::string_view::npos) return refused;
  json_events events;
  if (!nlohmann::json::sax_parse(document, &events)) return refused;
  push_node above = events.take();
  return std::move(above.children.front());
}

} // namespace maque::wechat

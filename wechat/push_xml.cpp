#include "wechat/push_tree.hpp"

#include <expat.h>
#include <memory>
#include <new>
#include <type_traits>

namespace maque::wechat {
namespace {

struct xml_freer {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
using xml_parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, xml_freer>;

/// What Expat calls. Nothing may be thrown through it, so whatever goes wrong stops it.
class xml_events {
public:
  explicit xml_events(XML_Parser parser) : parser_{parser} {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, &start, &end);
    XML_SetCharacterDataHandler(parser, &text);
    XML_SetStartDoctypeDeclHandler(parser, &doctype);
  }

  bool stopped() const noexcept { return stopped_; }
  push_node take() { return tree_.take(); }

private:
  static xml_events& self(void* data) noexcept { return *static_cast<xml_events*>(data); }

  static void start(void* data, const XML_Char* name, const XML_Char**) noexcept {
    self(data).attempt([name](push_tree& tree) { return tree.open(name); });
  }
  static void end(void* data, const XML_Char*) noexcept {
    self(data).attempt([](push_tree& tree) {
      tree.close();
      return true;
    });
  }
  static void text(void* data, const XML_Char* part, int size) noexcept {
    self(data).attempt([part, size](push_tree& tree) {
      tree.add_text({part, static_cast<std::size_t>(size)});
      return true;
    });
  }
  /// Before its internal subset, where entities are declared, and without its external one.
  static void doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) noexcept {
    self(data).stop();
  }

  template <class Action>
  void attempt(Action action) noexcept {
    // Expat may still call once or twice after it was stopped.
    if (stopped_) return;
    try {
      if (!action(tree_)) stop();
    } catch (const std::bad_alloc&) {
      stop();
    }
  }

  void stop() noexcept {
    stopped_ = true;
    XML_StopParser(parser_, XML_FALSE);
  }

  XML_Parser parser_;
  push_tree tree_;
  bool stopped_ = false;
};

} // namespace

result<push_node> read_push_xml(std::string_view document) {
  const auto refused = fail(errc::malformed_request, "not the XML of a push");
  // UTF-8, whatever its declaration says.
  const xml_parser parser{XML_ParserCreate("UTF-8")};
  if (!parser) throw std::bad_alloc{};
  xml_events events{parser.get()};
  const auto status = XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()),
                                /*isFinal=*/1);
  if (status != XML_STATUS_OK || events.stopped()) return refused;
  push_node above = events.take();
  if (above.children.size() != 1 || above.children.front().name != "xml") return refused;
  return std::move(above.children.front());
}

} // namespace maque::wechat

#include "wechat/push_tree.hpp"

#include "domain/limits.hpp"

namespace maque::wechat {

bool push_tree::open(std::string_view name) {
  // The outermost one is none of the document's.
  if (++nodes_ > limits::push_nodes || path_.size() > limits::push_depth) return false;
  push_node& opened = path_.back()->children.emplace_back();
  opened.name = name;
  path_.push_back(&opened);
  return true;
}

void push_tree::close() {
  push_node& closed = *path_.back();
  // Between elements there is nothing but white space.
  if (!closed.children.empty()) closed.text.clear();
  path_.pop_back();
}

} // namespace maque::wechat

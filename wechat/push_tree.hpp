#pragma once

#include "domain/errors.hpp"
#include "domain/push_message.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace maque::wechat {

/// Builds a document's tree from a parser's events, within limits::push_nodes and push_depth.
class push_tree {
public:
  push_tree() { path_.push_back(&root_); }
  push_tree(const push_tree&) = delete;
  push_tree& operator=(const push_tree&) = delete;

  /// A node of this name begins within the one that is open. False if there are too many of them,
  /// or too many within each other.
  bool open(std::string_view name);
  /// The node that is open has this text, too.
  void add_text(std::string_view text) { path_.back()->text += text; }
  void close();

  /// Whether the node that is open has a child of this name.
  bool has(std::string_view name) const noexcept { return path_.back()->count(name) > 0; }

  /// The outermost node, with no name of its own: above all that was opened.
  push_node take() { return std::move(root_); }

private:
  push_node root_;
  std::vector<push_node*> path_; ///< Only the last one gets children: no pointer in it moves.
  std::size_t nodes_ = 0;
};

/// See read_push_document.
result<push_node> read_push_xml(std::string_view document);
result<push_node> read_push_json(std::string_view document);

} // namespace maque::wechat

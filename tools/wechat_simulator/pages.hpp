#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// The pages of the mini-program that is published. As long as none is named, every page is there.
/// Thread-safe.
class page_list {
public:
  void set(std::set<std::string, std::less<>> pages) {
    const std::scoped_lock lock{mutex_};
    pages_ = std::move(pages);
  }

  /// An empty page is the home page, which is there always. Pages begin with no "/".
  bool has(std::string_view page) {
    const std::scoped_lock lock{mutex_};
    if (page.empty()) return true;
    return !page.starts_with('/') && (pages_.empty() || pages_.contains(page));
  }

  void reset() { set({}); }

private:
  std::mutex mutex_;
  std::set<std::string, std::less<>> pages_;
};

} // namespace maque::wechat_simulator

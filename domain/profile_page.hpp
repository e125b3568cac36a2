#pragma once

#include "domain/user.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maque {

/// A page of users in ascending order of id, beginning behind `after`.
struct user_page_query {
  std::optional<user_id> after{};
  std::uint32_t limit = 20;

  friend bool operator==(const user_page_query&, const user_page_query&) = default;
};

/// What others see of a user. The texts live as long as the page that the row is in.
struct public_profile {
  user_id id;
  std::string_view nickname;
  std::string_view avatar_url;

  friend bool operator==(const public_profile&, const public_profile&) = default;
};

/// Rows of a list. Cheap to copy: copies share the rows, which never change, and may be in other
/// threads.
class profile_page {
public:
  profile_page() = default;
  /// @param owner keeps `rows` and their texts.
  profile_page(std::shared_ptr<const void> owner, std::span<const public_profile> rows)
      : owner_{std::move(owner)}, rows_{rows} {}

  std::span<const public_profile> rows() const noexcept { return rows_; }

private:
  std::shared_ptr<const void> owner_;
  std::span<const public_profile> rows_;
};

/// Makes pages that are kept together: two pieces of memory for all of them.
class profile_pages_builder {
public:
  /// As many rows as will come, if that is known.
  void reserve(std::size_t rows) {
    all_->rows.reserve(rows);
    all_->texts.reserve(rows * usual_text);
  }

  void add(const public_profile& who) {
    all_->rows.push_back(who);
    all_->texts.append(who.nickname).append(who.avatar_url);
  }

  /// What was added since the last call is a page.
  void end_page() { ends_.push_back(all_->rows.size()); }

  std::vector<profile_page> finish() && {
    // Not before: the texts move as they grow.
    const char* text = all_->texts.data();
    for (public_profile& each : all_->rows) {
      each.nickname = {text, each.nickname.size()};
      each.avatar_url = {text + each.nickname.size(), each.avatar_url.size()};
      text += each.nickname.size() + each.avatar_url.size();
    }
    std::vector<profile_page> pages;
    pages.reserve(ends_.size());
    const std::span<const public_profile> rows{all_->rows};
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      pages.emplace_back(all_, rows.subspan(begin, end - begin));
      begin = end;
    }
    return pages;
  }

private:
  static constexpr std::size_t usual_text = 64; ///< Bytes of a nickname and an avatar's URL.

  struct contents {
    std::vector<public_profile> rows;
    std::string texts;
  };

  std::shared_ptr<contents> all_ = std::make_shared<contents>();
  std::vector<std::size_t> ends_;
};

} // namespace maque

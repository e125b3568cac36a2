#pragma once

#include "config/option_value.hpp"
#include "config/settings.hpp"

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace maque::config {

/// What the sources give is put together here, one after the other; the later one wins.
class collector {
public:
  /// Takes a value; one that doesn't fit becomes a problem.
  void give(const option& to, const given_value& value, std::string where);

  void add_problem(std::string where, std::string what);

  /// A source could not be read, so what is missing may have been given after all.
  void mark_incomplete() noexcept { complete_ = false; }

  bool was_given(std::string_view name) const { return origins_.contains(name); }
  /// Where the first of these options that was given at all was given: "maque.toml:12". If none
  /// was, "default of" the first.
  std::string origin(std::initializer_list<std::string_view> names) const;
  /// True if the options have the values that they were meant to have, so that it makes sense to
  /// hold them against each other.
  bool is_sound(std::initializer_list<std::string_view> names) const;

  settings& values() noexcept { return out_.values; }
  const settings& values() const noexcept { return out_.values; }
  outcome finish() && { return std::move(out_); }

private:
  outcome out_;
  std::map<std::string_view, std::string> origins_;
  std::set<std::string_view> refused_;
  bool complete_ = true;
};

} // namespace maque::config

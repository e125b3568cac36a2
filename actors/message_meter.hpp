#pragma once

#include "telemetry/latency_histogram.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace maque {

/// Which messages an actor gets, and how long each kind takes it. One thread records, any reads.
class message_meter {
public:
  /// Kinds that are told apart; what comes later counts as "others".
  static constexpr std::size_t kinds_max = 24;

  message_meter() = default;
  ~message_meter();
  message_meter(const message_meter&) = delete;
  message_meter& operator=(const message_meter&) = delete;

  /// @param kind the name of a type as the compiler has it (std::type_info::name()), or another
  ///   one. Lives for ever; kinds are told apart by its address.
  void record(const char* kind, std::chrono::nanoseconds working) noexcept;

  struct reading {
    std::string kind; ///< As shown_kind() has it.
    latency_histogram::snapshot working;
  };
  /// In the order in which the kinds were seen first.
  std::vector<reading> read() const;

private:
  struct slot {
    std::atomic<const char*> kind{nullptr};
    // Only for kinds that come: a histogram is a few kilobytes. There before the kind is.
    std::atomic<latency_histogram*> working{nullptr};
  };

  slot& slot_of(const char* kind) noexcept;

  std::array<slot, kinds_max + 1> slots_;
};

/// A type's name for people: "find_user" for maque::find_user, "optional<user>" for
/// std::optional<maque::user>. At most 64 bytes.
std::string shown_kind(const char* kind);

/// The same of types' own names (std::type_info::name()), each made once: by address, there are as
/// many as the program has types of messages.
class kind_names {
public:
  const std::string& of(const char* kind) {
    std::string& shown = known_[kind];
    if (shown.empty()) shown = shown_kind(kind);
    return shown;
  }

private:
  std::unordered_map<const char*, std::string> known_;
};

} // namespace maque

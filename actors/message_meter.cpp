#include "actors/message_meter.hpp"

#include <boost/core/demangle.hpp>

#include <cctype>
#include <new>

namespace maque {

namespace {

constexpr const char* other_kinds = "others";
constexpr std::size_t shown_kind_bytes = 64;

void remove_all(std::string& from, std::string_view what) {
  for (std::size_t at = from.find(what); at != std::string::npos; at = from.find(what, at))
    from.erase(at, what.size());
}

/// "std::optional<maque::user>" → "optional<user>".
std::string without_namespaces(std::string_view name) {
  std::string shown;
  std::size_t word = 0; // where the word that is being read began
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name.substr(at, 2) == "::") {
      shown.resize(word);
      ++at;
      continue;
    }
    shown += name[at];
    if (std::isalnum(static_cast<unsigned char>(name[at])) == 0 && name[at] != '_')
      word = shown.size();
  }
  return shown;
}

} // namespace

message_meter::~message_meter() {
  for (slot& each : slots_)
    delete each.working.load(std::memory_order_relaxed);
}

message_meter::slot& message_meter::slot_of(const char* kind) noexcept {
  for (std::size_t place = 0; place < kinds_max; ++place) {
    const char* const here = slots_[place].kind.load(std::memory_order_relaxed);
    if (here == kind || here == nullptr) return slots_[place];
  }
  return slots_.back();
}

void message_meter::record(const char* kind, std::chrono::nanoseconds working) noexcept {
  slot& mine = slot_of(kind);
  latency_histogram* histogram = mine.working.load(std::memory_order_relaxed);
  if (histogram == nullptr) {
    histogram = new (std::nothrow) latency_histogram;
    if (histogram == nullptr) return;
    mine.working.store(histogram, std::memory_order_relaxed);
    mine.kind.store(&mine == &slots_.back() ? other_kinds : kind, std::memory_order_release);
  }
  histogram->record(working);
}

std::vector<message_meter::reading> message_meter::read() const {
  std::vector<reading> all;
  for (const slot& each : slots_)
    if (const char* const kind = each.kind.load(std::memory_order_acquire); kind != nullptr)
      all.push_back({shown_kind(kind), each.working.load(std::memory_order_relaxed)->read()});
  return all;
}

std::string shown_kind(const char* kind) {
  std::string shown = boost::core::demangle(kind);
  remove_all(shown, "(anonymous namespace)::");
  shown = without_namespaces(shown);
  remove_all(shown, " const");
  // Of a container's arguments only the first says something.
  for (std::size_t at = shown.find(", allocator<"); at != std::string::npos;
       at = shown.find(", allocator<"))
    shown.erase(at, shown.find('>', at) + 1 - at);
  remove_all(shown, " ");
  if (shown.starts_with('@')) shown.erase(0, 1);
  if (shown.size() > shown_kind_bytes) shown.resize(shown_kind_bytes);
  return shown;
}

} // namespace maque

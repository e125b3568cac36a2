#include "micro/hot_path.hpp"
#include "micro/turned_lanes.hpp"

#include <cstddef>

namespace maque::bench {

namespace {

using echo_actor =
    caf::typed_actor<caf::replies_to<request_context, find_user>::with<announcement_applied>>;

class echo_state {
public:
  static constexpr const char* name = "echo";

  explicit echo_state(actor_of<echo_actor>) {}

  echo_actor::behavior_type make_behavior() {
    return {[](const request_context&, find_user asked) {
      return announcement_applied{static_cast<std::uint32_t>(asked.id.value)};
    }};
  }
};

find_user same_question(std::size_t) {
  return {{7}};
}

class asking final : public hot_path {
public:
  /// @param home the lane of the actor that is asked; the one that asks is in lane 0.
  explicit asking(std::size_t home) : echo_{lanes_.spawn<echo_actor, echo_state>(home)} {}

  void run(std::size_t times) override { ask(lanes_, asker_, times, answered_); }

private:
  using question = find_user (*)(std::size_t);
  using state = asker_state<echo_actor, announcement_applied, question>;

  std::size_t answered_ = 0;
  turned_lanes lanes_;
  echo_actor echo_;
  asker_actor asker_ = lanes_.spawn<asker_actor, state>(0, echo_, std::size_t{1}, same_question,
                                                        std::ref(answered_));
};

} // namespace

hot_path_ptr ask_in_lane() {
  return std::make_unique<asking>(0);
}

hot_path_ptr ask_across_lanes() {
  return std::make_unique<asking>(1);
}

} // namespace maque::bench

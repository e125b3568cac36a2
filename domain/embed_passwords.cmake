# Writes OUTPUT, the C++ source that holds the lines of LIST.
#   cmake -DLIST=… -DOUTPUT=… -P embed_passwords.cmake
file(READ ${LIST} lines)
string(REGEX MATCHALL "\n" ends "${lines}")
list(LENGTH ends count)
string(REGEX REPLACE "([^\n]+)\n" "    R\"p(\\1)p\",\n" rows "${lines}")

file(WRITE ${OUTPUT} "// Made by embed_passwords.cmake from ${LIST}.
#include \"domain/common_passwords.hpp\"

#include <array>

namespace maque {
namespace {

constexpr std::array<std::string_view, ${count}> passwords{{
${rows}}};

} // namespace

std::span<const std::string_view> common_passwords() noexcept {
  return passwords;
}

} // namespace maque
")

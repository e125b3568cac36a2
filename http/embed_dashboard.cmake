# Writes OUTPUT, the C++ source that holds the files of FOLDER as they are served.
#   cmake -DFOLDER=… -DOUTPUT=… -P embed_dashboard.cmake
file(GLOB files ${FOLDER}/*)
list(SORT files)

set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_json "application/json; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_png "image/png")

set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  get_filename_component(extension ${file} LAST_EXT)
  string(REPLACE "." "" extension "${extension}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "${file}: there is no content type for .${extension}")
  endif()
  file(SHA256 ${file} checksum)
  string(SUBSTRING ${checksum} 0 32 tag)
  file(READ ${file} digits HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${digits}")
  # A literal a line: compilers need not take long ones, but join them.
  string(LENGTH "${bytes}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${bytes}" ${at} 8000 part)
    string(APPEND literal "    \"${part}\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  if(literal STREQUAL "")
    set(literal "    \"\"\n")
  endif()
  string(APPEND arrays "constexpr std::string_view file_${count} =\n${literal}    \"\"sv;\n")
  set(path "/admin/${name}")
  if(name STREQUAL "index.html")
    set(path "/admin/")
  endif()
  string(APPEND rows
    "    {\"${path}\", \"${type_${extension}}\", \"\\\"${tag}\\\"\",\n"
    "     file_${count}},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Made by embed_dashboard.cmake from ${FOLDER}.
#include \"http/dashboard_files.hpp\"

#include <array>

namespace maque::http {
namespace {

using std::string_view_literals::operator\"\"sv;

${arrays}
constexpr std::array<dashboard_file, ${count}> files{{
${rows}}};

} // namespace

std::span<const dashboard_file> dashboard_files() noexcept {
  return files;
}

} // namespace maque::http
")

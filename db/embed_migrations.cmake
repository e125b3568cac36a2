# Writes OUTPUT, the C++ source that holds the migrations of FOLDER; ENGINE is sqlite or postgres.
#   cmake -DENGINE=… -DFOLDER=… -DOUTPUT=… -P embed_migrations.cmake
file(GLOB files ${FOLDER}/*.sql)
list(SORT files)

set(rows "")
set(expected 0)
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is named 0001_what_it_does.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  math(EXPR expected "${expected} + 1")
  if(NOT version EQUAL expected)
    message(FATAL_ERROR "${file}: expected number ${expected}; migrations are numbered without gaps")
  endif()
  file(SHA256 ${file} checksum)
  file(READ ${file} sql)
  string(APPEND rows "    {${version}, \"${name}\",\n     \"${checksum}\",\n     R\"sql(${sql})sql\"},\n")
endforeach()
if(expected EQUAL 0)
  message(FATAL_ERROR "${FOLDER} has no migrations")
endif()

file(WRITE ${OUTPUT} "// Made by embed_migrations.cmake from ${FOLDER}.
#include \"db/migrations.hpp\"

#include <array>

namespace maque::db {
namespace {

constexpr std::array<migration, ${expected}> ${ENGINE}_steps{{
${rows}}};

} // namespace

std::span<const migration> ${ENGINE}_migrations() noexcept {
  return ${ENGINE}_steps;
}

} // namespace maque::db
")

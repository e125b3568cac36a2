# Writes OUTPUT, a header with the version and the commit that is being built; only if it changes, so
# that nothing is compiled for nothing. Called with SOURCE, VERSION, OUTPUT.
cmake_minimum_required(VERSION 3.25)
execute_process(
  COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"#pragma once

#define MAQUE_VERSION \"@VERSION@\"
#define MAQUE_COMMIT \"@commit@\"
")

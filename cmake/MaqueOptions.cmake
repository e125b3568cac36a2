# What every target of the project is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(MAQUE_BUILD_TESTS "Build the tests" OFF)
option(MAQUE_METERING "Measure requests, actors and lanes; OFF is for comparisons alone" ON)
set(MAQUE_SANITIZE "" CACHE STRING "Sanitizers to instrument with, e.g. address,undefined")

find_program(CCACHE ccache)
if(CCACHE)
  # What ccache must be told so that it can work with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    add_compile_options(-fpch-preprocess)
  endif()
endif()

if(NOT MAQUE_METERING)
  add_compile_definitions(MAQUE_WITHOUT_METERING)
endif()

add_library(maque_options INTERFACE)
target_compile_options(maque_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion
  -Wno-sign-conversion -Wimplicit-fallthrough -Wundef -Werror)
if(CMAKE_UNITY_BUILD)
  # Of files that are compiled as one, the names of one are no concern of another.
  target_compile_options(maque_options INTERFACE -Wno-shadow)
  # Nor is a test's fixture in a header because its file is included (a warning of g++ alone).
  if(MAQUE_BUILD_TESTS)
    target_compile_options(maque_options INTERFACE -Wno-subobject-linkage)
  endif()
endif()
if(MAQUE_SANITIZE)
  add_compile_options(-fsanitize=${MAQUE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MAQUE_SANITIZE})
  if(MAQUE_SANITIZE MATCHES thread)
    # Asio has fences, which ThreadSanitizer does not model, beside its locks, which it does.
    add_compile_options(-Wno-tsan)
  else()
    # What is checked by a call is compiled sooner than what is checked in place; what UBSan would say of
    # pointers beside that, AddressSanitizer sees as well.
    add_compile_options("SHELL:--param asan-instrumentation-with-call-threshold=0")
    if(MAQUE_SANITIZE MATCHES undefined)
      add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
    endif()
    # Instrumented, g++ 12 takes members of std::regex for uninitialised (GCC bug 105562), and what two
    # strings are joined in for the buffer of short ones.
    target_compile_options(maque_options INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds)
  endif()
endif()

# maque_library(NAME SOURCES … HEADERS … LINKS …)
#
# A static library for the current folder. Only HEADERS are visible to those who link it: they are
# reached through a folder of links in the build tree, so that an #include of anything that the
# linking target has not named fails to compile.
function(maque_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;LINKS" ${ARGN})
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set(public ${PROJECT_BINARY_DIR}/include/${name})
  set(private ${PROJECT_BINARY_DIR}/include/${name}-private)

  foreach(header IN LISTS ARG_HEADERS)
    get_filename_component(directory ${public}/${folder}/${header} DIRECTORY)
    file(MAKE_DIRECTORY ${directory})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${public}/${folder}/${header} SYMBOLIC)
  endforeach()
  file(MAKE_DIRECTORY ${private})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${private}/${folder} SYMBOLIC)

  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${public} PRIVATE ${private})
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE maque_options)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${public})
    target_link_libraries(${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()

# maque_use_actor_headers(TARGET): compiles TARGET with the precompiled headers of CAF and Boost.Asio,
# which take longer to read than most of our files that need them take to compile.
function(maque_use_actor_headers target)
  target_precompile_headers(${target} REUSE_FROM maque_actor_api)
endfunction()

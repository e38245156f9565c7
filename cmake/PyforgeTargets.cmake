# The functions that the folders' CMakeLists.txt are written in.

# Includes of "pyforge/version.h" find the generated header beside the public ones.
configure_file("${CMAKE_CURRENT_LIST_DIR}/version.h.in"
  "${PROJECT_BINARY_DIR}/include/pyforge/version.h" @ONLY)

# What is common to all targets of ours. The folders that a target may include from are `src` and
# `tests` for the library and its tests, and `apps` for the programs, which know the public API alone.
function(_pyforge_configure target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PUBLIC_API_ONLY" "" "")
  target_link_libraries(${target} PRIVATE pyforge::build_options pyforge::warnings)
  if(arg_PUBLIC_API_ONLY)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/apps")
  else()
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  endif()
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# Links DEPENDS; a pyforge:: target among them may be added by a later folder, which
# pyforge_check_links() makes sure of.
function(_pyforge_link target visibility)
  foreach(dependency IN LISTS ARGN)
    target_link_libraries(${target} ${visibility} ${dependency})
    if(dependency MATCHES "^pyforge::")
      set_property(GLOBAL APPEND PROPERTY PYFORGE_LINKS "${target} ${dependency}")
    endif()
  endforeach()
endfunction()

# pyforge_check_links(): fails where a target depends on a pyforge:: target that no folder has added;
# called when all folders have been.
function(pyforge_check_links)
  get_property(links GLOBAL PROPERTY PYFORGE_LINKS)
  set(missing "")
  foreach(link IN LISTS links)
    string(REGEX MATCH "^(.+) (.+)$" link "${link}")
    if(NOT TARGET ${CMAKE_MATCH_2})
      string(APPEND missing "\n  ${CMAKE_MATCH_1} depends on ${CMAKE_MATCH_2}")
    endif()
  endforeach()
  if(missing)
    message(FATAL_ERROR "No folder adds these targets; check DEPENDS for spelling and that the "
      "folders' CMakeLists.txt are there:${missing}")
  endif()
endfunction()

# pyforge_add_test(NAME SOURCES ... [DEPENDS ...] [LABELS unit] [TEST_DATA dir] [PUBLIC_API_ONLY])
#
# One GoogleTest program and one ctest entry named NAME. Includes may also start at `tests`, as in
# "support/matchers.h". TEST_DATA is passed to the code as the string PYFORGE_TEST_DATA.
function(pyforge_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PUBLIC_API_ONLY" "TEST_DATA" "SOURCES;DEPENDS;LABELS")
  _pyforge_reject_unknown(pyforge_add_test "${arg_UNPARSED_ARGUMENTS}")
  if(NOT PYFORGE_TESTS)
    return()
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(arg_PUBLIC_API_ONLY)
    _pyforge_configure(${name} PUBLIC_API_ONLY)
  else()
    _pyforge_configure(${name})
  endif()
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  _pyforge_link(${name} PRIVATE ${arg_DEPENDS} GTest::gmock_main Threads::Threads)
  if(arg_TEST_DATA)
    cmake_path(ABSOLUTE_PATH arg_TEST_DATA BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    target_compile_definitions(${name} PRIVATE "PYFORGE_TEST_DATA=\"${arg_TEST_DATA}\"")
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" ENVIRONMENT "${PYFORGE_TEST_ENVIRONMENT}" TIMEOUT 900)
endfunction()

# pyforge_add_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...] [TESTS a_test.cc ...]
#   [TEST_DEPENDS ...] [TEST_DATA dir] [BENCHMARKS a_benchmark.cc ...] [FUZZERS fuzz.cc ...]
#   [PUBLIC_API_ONLY])
#
# The static library pyforge_NAME, alias pyforge::NAME; without SOURCES a library of headers.
# Includes start at `include` and `src`: "pyforge/error.h", "io/staging.h". DEPENDS is passed on to
# users of the library, PRIVATE_DEPENDS is not.
# The programs beside it: NAME_test, NAME_benchmark, and NAME_fuzz for each fuzzer `fuzz.cc`; all see
# the headers of tests/, only NAME_test links what TEST_DEPENDS names.
function(pyforge_add_library name)
  _pyforge_add_library(pyforge_${name} pyforge::${name} ${name} ${ARGN})
endfunction()

# pyforge_add_format(NAME ...): a file format. Arguments as of pyforge_add_library; the library is
# pyforge_format_NAME, alias pyforge::format_NAME, and may use base, io, schema and core unasked.
# Its format.h declares `const FormatDescriptor& pyforge::NAME::Descriptor();`.
function(pyforge_add_format name)
  _pyforge_add_library(pyforge_format_${name} pyforge::format_${name} ${name} ${ARGN}
    FOUNDATIONS pyforge::base pyforge::io pyforge::schema pyforge::core)
endfunction()

function(_pyforge_add_library target alias name)
  cmake_parse_arguments(PARSE_ARGV 3 arg "PUBLIC_API_ONLY" "TEST_DATA"
    "SOURCES;DEPENDS;PRIVATE_DEPENDS;FOUNDATIONS;TESTS;TEST_DEPENDS;BENCHMARKS;FUZZERS")
  _pyforge_reject_unknown("library ${name}" "${arg_UNPARSED_ARGUMENTS}")
  set(public_api_only "")
  if(arg_PUBLIC_API_ONLY)
    set(public_api_only PUBLIC_API_ONLY)
  endif()

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    _pyforge_configure(${target} ${public_api_only})
    set_target_properties(${target} PROPERTIES
      POSITION_INDEPENDENT_CODE ON UNITY_BUILD ${PYFORGE_UNITY} UNITY_BUILD_BATCH_SIZE 4)
    set(visibility PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  add_library(${alias} ALIAS ${target})
  target_compile_features(${target} ${visibility} cxx_std_20)
  target_include_directories(${target} ${visibility}
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
  _pyforge_link(${target} ${visibility} ${arg_FOUNDATIONS} ${arg_DEPENDS})
  if(arg_PRIVATE_DEPENDS)
    _pyforge_link(${target} PRIVATE ${arg_PRIVATE_DEPENDS})
  endif()

  if(arg_TESTS)
    set(test_data "")
    if(arg_TEST_DATA)
      set(test_data TEST_DATA "${arg_TEST_DATA}")
    endif()
    pyforge_add_test(${name}_test SOURCES ${arg_TESTS}
      DEPENDS ${alias} ${arg_TEST_DEPENDS} ${test_data} ${public_api_only})
  endif()

  if(PYFORGE_BENCHMARKS AND arg_BENCHMARKS)
    add_executable(${name}_benchmark ${arg_BENCHMARKS})
    _pyforge_configure(${name}_benchmark ${public_api_only})
    target_include_directories(${name}_benchmark PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    _pyforge_link(${name}_benchmark PRIVATE ${alias} benchmark::benchmark_main)
    set_target_properties(${name}_benchmark PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks")
    set_property(GLOBAL APPEND_STRING PROPERTY PYFORGE_BENCHMARKS "${name}_benchmark\n")
  endif()

  if(PYFORGE_FUZZERS)
    foreach(source IN LISTS arg_FUZZERS)
      cmake_path(GET source STEM stem)
      add_executable(${name}_${stem} ${source})
      _pyforge_configure(${name}_${stem} ${public_api_only})
      target_include_directories(${name}_${stem} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
      _pyforge_link(${name}_${stem} PRIVATE ${alias})
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${name}_${stem} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzzers")
      cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}"
        OUTPUT_VARIABLE folder)
      set_property(GLOBAL APPEND_STRING PROPERTY PYFORGE_FUZZERS "${name}_${stem} ${folder}\n")
    endforeach()
  endif()
endfunction()

# pyforge_add_program(NAME SOURCES main.cc ... DEPENDS ...): a program of apps/. It lands in the root
# of the build folder and knows the public API alone.
function(pyforge_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  _pyforge_reject_unknown(pyforge_add_program "${arg_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${arg_SOURCES})
  _pyforge_configure(${name} PUBLIC_API_ONLY)
  _pyforge_link(${name} PRIVATE ${arg_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
endfunction()

# pyforge_builtin_formats(csv parquet ...): adds the folders of the named formats, less those left
# out by PYFORGE_FORMATS, and the library pyforge::builtin_formats whose generated source defines
# pyforge::BuiltinFormats().
function(pyforge_builtin_formats)
  set(known ${ARGN})
  set(built ${known})
  if(NOT PYFORGE_FORMATS STREQUAL "all")
    foreach(name IN LISTS PYFORGE_FORMATS)
      if(NOT name IN_LIST known)
        message(FATAL_ERROR "PYFORGE_FORMATS names '${name}'; the built-in formats are: ${known}")
      endif()
    endforeach()
    set(built ${PYFORGE_FORMATS})
  endif()
  list(SORT built)
  foreach(name IN LISTS built)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/CMakeLists.txt")
      message(FATAL_ERROR "The format '${name}' is listed in src/formats/CMakeLists.txt, but there "
        "is no src/formats/${name}/CMakeLists.txt: add the folder or take the name off the list")
    endif()
  endforeach()

  set(includes "")
  set(entries "")
  set(libraries "")
  foreach(name IN LISTS built)
    add_subdirectory(${name})
    string(APPEND includes "#include \"formats/${name}/format.h\"\n")
    string(APPEND entries "      &${name}::Descriptor(),\n")
    list(APPEND libraries pyforge::format_${name})
  endforeach()
  list(LENGTH built count)
  set(left_out ${known})
  list(REMOVE_ITEM left_out ${built})
  list(LENGTH left_out left_out_count)
  list(TRANSFORM left_out REPLACE "(.+)" "\"\\1\"")
  list(JOIN left_out ", " left_out)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/builtin_formats.cc.in" builtin_formats.cc @ONLY)
  pyforge_add_library(builtin_formats
    SOURCES "${CMAKE_CURRENT_BINARY_DIR}/builtin_formats.cc"
    DEPENDS pyforge::base PRIVATE_DEPENDS ${libraries})
endfunction()

# pyforge_list_programs(): writes benchmarks.txt and fuzzers.txt, which ./dev reads.
function(pyforge_list_programs)
  if(PYFORGE_BENCHMARKS)
    get_property(programs GLOBAL PROPERTY PYFORGE_BENCHMARKS)
    file(WRITE "${PROJECT_BINARY_DIR}/benchmarks.txt" "${programs}")
  endif()
  if(PYFORGE_FUZZERS)
    get_property(programs GLOBAL PROPERTY PYFORGE_FUZZERS)
    file(WRITE "${PROJECT_BINARY_DIR}/fuzzers.txt" "${programs}")
  endif()
endfunction()

function(_pyforge_reject_unknown what arguments)
  if(arguments)
    message(FATAL_ERROR "${what}: unknown arguments ${arguments}")
  endif()
endfunction()

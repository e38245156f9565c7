# pyforge::build_options: code generation of our own targets: language, processor level, sanitizers,
# coverage. PYFORGE_TEST_ENVIRONMENT: what the tests need in their environment under them.
add_library(pyforge_build_options INTERFACE)
add_library(pyforge::build_options ALIAS pyforge_build_options)
target_compile_features(pyforge_build_options INTERFACE cxx_std_20)
set(PYFORGE_TEST_ENVIRONMENT "")

# Faster paths are chosen at run time, by target attributes in the code.
if(PYFORGE_ARCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(pyforge_build_options INTERFACE -march=${PYFORGE_ARCH})
endif()
target_compile_definitions(pyforge_build_options INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# Each library left out saves start-up time.
target_link_options(pyforge_build_options INTERFACE LINKER:--as-needed)

if(PYFORGE_SANITIZE)
  list(JOIN PYFORGE_SANITIZE "," sanitizers)
  target_compile_options(pyforge_build_options INTERFACE
    -fsanitize=${sanitizers} -fno-omit-frame-pointer)
  target_link_options(pyforge_build_options INTERFACE -fsanitize=${sanitizers})
  if("undefined" IN_LIST PYFORGE_SANITIZE)
    target_compile_options(pyforge_build_options INTERFACE -fno-sanitize-recover=undefined)
    list(APPEND PYFORGE_TEST_ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1")
  endif()
  if("address" IN_LIST PYFORGE_SANITIZE)
    # Arrow's own allocators hide an overflow of an Arrow buffer from the sanitizer.
    list(APPEND PYFORGE_TEST_ENVIRONMENT "ARROW_DEFAULT_MEMORY_POOL=system"
      "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
      "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/leak_suppressions.txt:print_suppressions=0")
  endif()
  if("thread" IN_LIST PYFORGE_SANITIZE)
    # Arrow is not instrumented; what its own code does is not judged, what ours does is.
    # Arrow's own allocators hand memory from thread to thread unseen, which looks like a race.
    # Tests of kill -9 fork, and what is written there is written by a thread.
    list(APPEND PYFORGE_TEST_ENVIRONMENT "ARROW_DEFAULT_MEMORY_POOL=system"
      "TSAN_OPTIONS=ignore_noninstrumented_modules=1:die_after_fork=0")
  endif()
endif()

if(PYFORGE_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "The fuzzers need clang; configure with --preset fuzz")
  endif()
  target_compile_options(pyforge_build_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PYFORGE_COVERAGE)
  target_compile_options(pyforge_build_options INTERFACE --coverage -fprofile-abs-path
    # Counters that threads do not take from one another.
    -fprofile-update=atomic)
  target_link_options(pyforge_build_options INTERFACE --coverage)
endif()

if(PROJECT_IS_TOP_LEVEL)
  find_program(PYFORGE_CCACHE ccache)
  if(PYFORGE_CCACHE)
    # Paths relative to the source tree let every clone and build folder share one cache. Coverage
    # data name their folder, so there the folder stays part of the key.
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}")
    if(NOT PYFORGE_COVERAGE)
      list(APPEND launcher "CCACHE_NOHASHDIR=1")
    endif()
    list(APPEND launcher "${PYFORGE_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
  endif()
endif()

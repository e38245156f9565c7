# Makes Arrow::arrow_shared, ArrowCompute::arrow_compute_shared and Parquet::parquet_shared exist, the
# names of Arrow's own packages. They come from the system where it has Arrow, else from the pyarrow
# wheel. Nothing else in the build knows which.
set(PYFORGE_ARROW_VERSION_MIN 26.0.0)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

if(NOT PYFORGE_ARROW_SOURCE MATCHES "^(auto|system|wheel)$")
  message(FATAL_ERROR "PYFORGE_ARROW_SOURCE is '${PYFORGE_ARROW_SOURCE}'; it is auto, system or wheel")
endif()

if(NOT PYFORGE_ARROW_SOURCE STREQUAL "wheel")
  find_package(Arrow CONFIG QUIET)
  find_package(ArrowCompute CONFIG QUIET)
  find_package(Parquet CONFIG QUIET)
  if(Arrow_FOUND AND ArrowCompute_FOUND AND Parquet_FOUND
      AND Arrow_VERSION VERSION_GREATER_EQUAL PYFORGE_ARROW_VERSION_MIN)
    message(STATUS "Arrow ${Arrow_VERSION} from the system")
    return()
  endif()
  if(PYFORGE_ARROW_SOURCE STREQUAL "system")
    message(FATAL_ERROR
      "No Arrow ${PYFORGE_ARROW_VERSION_MIN} or newer with Parquet and compute is installed")
  endif()
endif()

set(python "${PYFORGE_PYTHON}")
if(NOT python AND Python_EXECUTABLE)
  set(python "${Python_EXECUTABLE}")
endif()
if(NOT python AND EXISTS "${PROJECT_SOURCE_DIR}/.venv/bin/python")
  set(python "${PROJECT_SOURCE_DIR}/.venv/bin/python")
endif()
if(NOT python)
  set(python python3)
endif()

execute_process(
  COMMAND "${python}" -c
    "import pyarrow as p; print(p.__version__, p.get_include(), p.get_library_dirs()[0], sep=';', end='')"
  OUTPUT_VARIABLE pyarrow RESULT_VARIABLE failed ERROR_VARIABLE reason)
if(failed)
  message(FATAL_ERROR "${python} has no pyarrow, which provides Arrow:\n${reason}\n"
    "Either  python3 -m venv .venv  and  .venv/bin/pip install -r requirements-build.txt,\n"
    "or name a Python that has it:  -DPYFORGE_PYTHON=/path/to/python")
endif()
list(GET pyarrow 0 version)
list(GET pyarrow 1 include)
list(GET pyarrow 2 library)
if(version VERSION_LESS PYFORGE_ARROW_VERSION_MIN)
  message(FATAL_ERROR
    "${python} has pyarrow ${version}; pyforge needs ${PYFORGE_ARROW_VERSION_MIN} or newer")
endif()

# The wheel has versioned names only; a full path in IMPORTED_LOCATION needs no symbolic links.
file(STRINGS "${include}/arrow/util/config.h" so_version REGEX "define ARROW_SO_VERSION ")
string(REGEX MATCH "[0-9]+" so_version "${so_version}")
foreach(pair IN ITEMS
    Arrow::arrow_shared=arrow
    ArrowCompute::arrow_compute_shared=arrow_compute
    Parquet::parquet_shared=parquet)
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 target)
  list(GET pair 1 name)
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${library}/lib${name}.so.${so_version}"
    INTERFACE_INCLUDE_DIRECTORIES "${include}")
endforeach()
target_link_libraries(ArrowCompute::arrow_compute_shared INTERFACE Arrow::arrow_shared)
target_link_libraries(Parquet::parquet_shared INTERFACE Arrow::arrow_shared)
message(STATUS "Arrow ${version} from the wheel in ${library}")
